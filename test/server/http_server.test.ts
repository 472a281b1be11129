import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { Entrance } from '../../src/server/entrance.ts';
import type { Patience } from '../../src/server/http_server.ts';
import { listen } from '../../src/server/listen.ts';
import { entranceOf, folderOfTest, logOfTest, newCertificate } from './entrance_of.ts';
import { bench, webhookBody } from './support.ts';

const impatient: Patience = { headers: 150, request: 300, keepAlive: 100, silence: 1_000, lookEvery: 20 };

async function opened(entrance: Entrance = entranceOf({}), deps: Parameters<typeof bench>[0] = {}) {
  const desk = bench({ entrance, patience: impatient, ...deps });
  const url = await listen(desk.server, { host: '127.0.0.1', port: 0 }, entrance.access);
  return { ...desk, url, port: Number(new URL(url).port) };
}

/** Everything that a socket gets until it is closed from the other side. */
async function untilClosed(socket: Socket): Promise<string> {
  onTestFinished(() => void socket.destroy());
  let got = '';
  socket.on('data', chunk => {
    got += chunk;
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return got;
}

const json = 'Content-Type: application/json';

test.each([
  ['nothing at all', '', /^$|^HTTP\/1\.1 408 /],
  ['half a first line', 'POST /webh', /^HTTP\/1\.1 408 /],
  ['headers without end', 'POST /webhook HTTP/1.1\r\nHost: localhost\r\n', /^HTTP\/1\.1 408 /],
  [
    'half a body',
    `POST /webhook HTTP/1.1\r\nHost: localhost\r\n${json}\r\nContent-Length: 99\r\n\r\n{`,
    /^HTTP\/1\.1 408 /,
  ],
  [
    'chunks without end',
    `POST /webhook HTTP/1.1\r\nHost: localhost\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`,
    /^HTTP\/1\.1 408 /,
  ],
])('a connection that sends %s is closed before long', async (_name, sent, answer) => {
  const { port, store } = await opened();
  const socket = connect(port, '127.0.0.1');
  socket.write(sent);
  const got = await untilClosed(socket);
  expect(got).toMatch(answer);
  if (got !== '') expect(JSON.parse(got.split('\r\n\r\n')[1]!).error.code).toBe('too_slow');
  expect(store.incidents.list()).toEqual([]);
});

test('one that sends a byte now and then is closed as soon as one that sends nothing', async () => {
  const { port } = await opened();
  const socket = connect(port, '127.0.0.1');
  socket.write(`POST /webhook HTTP/1.1\r\nHost: localhost\r\n${json}\r\nContent-Length: 999999\r\n\r\n`);
  const drip = setInterval(() => socket.write(' '), 20);
  onTestFinished(() => clearInterval(drip));
  expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 408 /);
});

test('a connection without a further request is closed, and carries many before', async () => {
  const { port } = await opened();
  const socket = connect(port, '127.0.0.1');
  const closed = untilClosed(socket);
  const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  socket.write(request.repeat(300));
  expect((await closed).match(/HTTP\/1\.1 200 /g)).toHaveLength(300);
});

test('a TLS handshake that never ends is ended', async () => {
  const { put } = folderOfTest();
  const { certificate, key } = newCertificate();
  const tls = { certFile: put('crt', certificate), keyFile: put('key', key) };
  const { port } = await opened(entranceOf({ tls }));
  expect(await untilClosed(connect(port, '127.0.0.1'))).toBe('');
  const slow = connectTls({ port, host: '127.0.0.1', ca: certificate });
  await once(slow, 'secureConnect');
  slow.write('POST /webhook HTTP/1.1\r\nHost: localhost\r\n');
  expect(await untilClosed(slow)).toMatch(/^HTTP\/1\.1 408 /);
});

test('a handshake under way does not keep the server from closing', async () => {
  const { put } = folderOfTest();
  const { certificate, key } = newCertificate();
  const tls = { certFile: put('crt', certificate), keyFile: put('key', key) };
  const patience = { ...impatient, headers: 60_000, request: 60_000 };
  const { port, server } = await opened(entranceOf({ tls }), { patience });
  const accepted = once(server.server, 'connection');
  const ended = untilClosed(connect(port, '127.0.0.1'));
  await accepted;
  await server.close();
  expect(await ended).toBe('');
});

test('whoever never reads the answer is cut off', async () => {
  const entrance = entranceOf({});
  const { server } = bench({ entrance, patience: impatient });
  server.get('/long', async () => 'x'.repeat(64 * 2 ** 20));
  const port = Number(new URL(await listen(server, { host: '127.0.0.1', port: 0 }, entrance.access)).port);
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.pause();
  const [theirs] = await Promise.all([
    once(server.server, 'connection').then(([each]) => each as Socket),
    once(socket, 'connect'),
  ]);
  socket.write('GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(theirs, 'close');
});

test.each(['http', 'https'])(
  'over %s nobody keeps all others out, and beyond the limit all are closed at once',
  async scheme => {
    const { put } = folderOfTest();
    const { certificate, key } = newCertificate();
    const tls = scheme === 'https' ? { certFile: put('crt', certificate), keyFile: put('key', key) } : undefined;
    const { log, lines } = logOfTest();
    const patience = { ...impatient, headers: 20_000, request: 20_000 };
    const entrance = entranceOf({ tls, limits: { connections: 10 } });
    const { port } = await opened(entrance, { log, patience });
    const held: Socket[] = [];
    onTestFinished(() => {
      for (const socket of held) socket.destroy();
    });
    const from = async (localAddress: string) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    };
    for (let each = 0; each < 5; each += 1) held.push(await from('127.0.0.2'));
    expect(await untilClosed(await from('127.0.0.2'))).toBe('');
    expect(lines.at(-1)).toMatchObject({ level: 'warn', source: '127.0.0.2', connections: 10 });

    for (let each = 0; each < 5; each += 1) held.push(await from('127.0.0.3'));
    expect(await untilClosed(await from('127.0.0.4'))).toBe('');
    expect(lines.at(-1)).toMatchObject({ level: 'warn', source: 'all', connections: 10 });
    expect(held.filter(({ closed }) => closed)).toEqual([]);

    const gone = once(held[0]!, 'close');
    held[0]!.destroy();
    await gone;
    await expect.poll(() => healthFrom('127.0.0.2', { port, ca: tls && certificate })).toBe(200);
  },
);

/** The status of a health probe from an address; 0 when it is not let in. */
async function healthFrom(
  localAddress: string,
  { port, ca }: { port: number; ca: string | undefined },
): Promise<number> {
  const options = { port, host: '127.0.0.1', localAddress };
  const socket = ca === undefined ? connect(options) : connectTls({ ...options, ca });
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  return Number((await untilClosed(socket)).split(' ')[1] ?? 0);
}

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400, 'no_http'],
  ['headers too long', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_long'],
  [
    'two lengths',
    'POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    400,
    'no_http',
  ],
  [
    'a length and chunks',
    'POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'no_http',
  ],
  ['a path that is none', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, 'FST_ERR_BAD_URL'],
])('%s is answered in JSON', async (_name, sent, status, code) => {
  const { port } = await opened();
  const socket = connect(port, '127.0.0.1');
  socket.write(sent);
  const got = await untilClosed(socket);
  expect(got).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(JSON.parse(got.split('\r\n\r\n')[1]!).error.code).toBe(code);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', ''])(
  'a body of type "%s" is refused: a web page can send such ones anywhere',
  async type => {
    const { server, store } = bench();
    const headers = { 'content-type': type };
    const payload = JSON.stringify(webhookBody('cart-1'));
    const answer = await server.inject({ method: 'POST', url: '/webhook', payload, headers });
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      415,
      'expected a body with Content-Type: application/json',
    ]);
    expect(store.inbox.backlog()).toBe(0);
  },
);

test('JSON may say its character set', async () => {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const payload = JSON.stringify(webhookBody('cart-1'));
  const answer = await bench().server.inject({ method: 'POST', url: '/webhook', payload, headers });
  expect(answer.statusCode).toBe(200);
});
