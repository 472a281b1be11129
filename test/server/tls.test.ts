import { once } from 'node:events';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Config } from '../../src/config/schema.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { callerOf } from '../../src/server/call.ts';
import type { Entrance } from '../../src/server/entrance.ts';
import { listen } from '../../src/server/listen.ts';
import type { AlertmanagerBody } from '../../src/simulation/signals/alertmanager_body.ts';
import { deliverTo } from '../../src/simulation/signals/webhook.ts';
import { clockOfTest, entranceOf, folderOfTest, logOfTest, newCertificate } from './entrance_of.ts';
import { bench, webhookBody } from './support.ts';

/** Files of a server's certificate, and of a CA for clients where one is given. */
function certificatesOfTest() {
  const { put } = folderOfTest();
  const server = newCertificate();
  const client = newCertificate();
  const files = { certFile: put('server.crt', server.certificate), keyFile: put('server.key', server.key) };
  return { put, server, client, files, mutual: { ...files, clientCaFile: put('clients.crt', client.certificate) } };
}

async function opened(entrance: Entrance, deps: Parameters<typeof bench>[0] = {}) {
  const desk = bench({ entrance, ...deps });
  const url = await listen(desk.server, { host: '127.0.0.1', port: 0 }, entrance.access);
  return { ...desk, url, port: Number(new URL(url).port) };
}

const get = async (url: string, options: ConnectionOptions & { headers?: Record<string, string> }) => {
  const sent = request(url, { ...options, agent: false });
  sent.end();
  const [answer] = await once(sent, 'response');
  return { status: answer.statusCode as number, body: (await json(answer)) as { error?: { code: string } } };
};

async function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** Asks over one connection, and gives the session with which the next one could go on. */
async function ask(port: number, path: string, options: ConnectionOptions) {
  const socket = connect({ port, host: '127.0.0.1', ...options });
  onTestFinished(() => void socket.destroy());
  const ticket = once(socket, 'session');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const status = Number(answer.toString().split(' ')[1]);
  return { socket, status, resumed: socket.isSessionReused(), session: async () => (await ticket)[0] as Buffer };
}

const fingerprint = (socket: TLSSocket) => socket.getPeerX509Certificate()!.fingerprint256;

test('with a certificate it speaks https, TLS 1.2 at least, and nothing else', async () => {
  const { files, server } = certificatesOfTest();
  const { url, port } = await opened(entranceOf({ tls: files }));
  expect(url).toMatch(/^https:/);
  const ca = server.certificate;
  expect((await get(`${url}/healthz`, { ca })).status).toBe(200);
  expect((await get(`${url}/api/v1/incidents`, { ca })).status).toBe(200);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    const old = { ca, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(handshake(port, old)).rejects.toThrow(/protocol version|alert/i);
  }
  expect((await handshake(port, { ca, maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
});

test('tokens are asked for over TLS too', async () => {
  const { files, server } = certificatesOfTest();
  const { url } = await opened(entranceOf({ tls: files, auth: { token: 's3cret' } }));
  const ca = server.certificate;
  expect((await get(`${url}/api/v1/incidents`, { ca })).status).toBe(401);
  const headers = { authorization: 'Bearer s3cret' };
  expect((await get(`${url}/api/v1/incidents`, { ca, headers })).status).toBe(200);
});

test('where clients have a CA, its certificate is needed for all but health, and enough', async () => {
  const { mutual, server, client } = certificatesOfTest();
  const { url } = await opened(entranceOf({ tls: mutual }));
  const ca = server.certificate;
  const incidents = `${url}/api/v1/incidents`;
  const known = { ca, cert: client.certificate, key: client.key };
  const stranger = newCertificate();
  const unknown = { ca, cert: stranger.certificate, key: stranger.key };

  expect((await get(incidents, known)).status).toBe(200);
  for (const options of [{ ca }, unknown]) {
    expect((await get(incidents, options)).body.error?.code).toBe('client_certificate');
    expect((await get(`${url}/nothing`, options)).status).toBe(403);
    for (const path of ['/healthz', '/readyz']) expect((await get(url + path, options)).status).toBe(200);
  }
});

test('a token is needed beside the certificate where there are tokens', async () => {
  const { mutual, server, client } = certificatesOfTest();
  const auth = { token: 'a-person', webhook: { token: 'alertmanager' } };
  const { url } = await opened(entranceOf({ tls: mutual, auth }));
  const incidents = `${url}/api/v1/incidents`;
  const ca = server.certificate;
  const known = { ca, cert: client.certificate, key: client.key };
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  expect((await get(incidents, known)).status).toBe(401);
  expect((await get(incidents, { ca, ...bearer('a-person') })).status).toBe(403);
  expect((await get(incidents, { ...known, ...bearer('alertmanager') })).status).toBe(403);
  expect((await get(incidents, { ...known, ...bearer('a-person') })).status).toBe(200);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a session of %s that began without a certificate does not become one with a certificate',
  async maxVersion => {
    const { mutual, server } = certificatesOfTest();
    const { port } = await opened(entranceOf({ tls: mutual }));
    const options = { ca: server.certificate, maxVersion };
    const first = await ask(port, '/healthz', options);
    expect(first.status).toBe(200);
    const again = await ask(port, '/api/v1/incidents', { ...options, session: await first.session() });
    expect([again.resumed, again.status]).toEqual([true, 403]);
  },
);

test('a new certificate is shown once its files have changed, and a bad one is not', async () => {
  const { files, put, server } = certificatesOfTest();
  const { clock, pass } = clockOfTest();
  const { log, lines } = logOfTest();
  const { port } = await opened(entranceOf({ tls: files }, { clock, log }));
  const shown = async () => fingerprint(await handshake(port, { rejectUnauthorized: false }));
  const before = await shown();

  const renewed = newCertificate();
  put('server.crt', renewed.certificate);
  pass(2_000);
  expect(await shown()).toBe(before);
  expect(lines.at(-1)).toMatchObject({ level: 'warn', problem: expect.stringMatching(/tls\.keyFile: .*mismatch/) });

  put('server.key', renewed.key);
  expect(await shown()).toBe(before);
  pass(2_000);
  const after = await shown();
  expect(after).not.toBe(before);

  put('server.crt', 'no certificate');
  pass(2_000);
  expect(await shown()).toBe(after);
  expect(lines.at(-1)).toMatchObject({
    level: 'warn',
    problem: expect.stringMatching(/^tls\.certFile: expected a PEM/),
  });
  expect(JSON.stringify(lines)).not.toContain(server.key.split('\n')[1]);
});

test('whose CA has gone is let in no more, with a session from before or without', async () => {
  const { mutual, put, server, client } = certificatesOfTest();
  const { clock, pass } = clockOfTest();
  const { url, port } = await opened(entranceOf({ tls: mutual }, { clock }));
  const known = { ca: server.certificate, cert: client.certificate, key: client.key };
  const first = await ask(port, '/api/v1/incidents', known);
  expect(first.status).toBe(200);
  const session = await first.session();

  const next = newCertificate();
  put('clients.crt', next.certificate);
  pass(2_000);
  const idle = once(first.socket, 'close');
  expect((await get(`${url}/api/v1/incidents`, known)).status).toBe(403);
  await idle;
  expect((await get(`${url}/api/v1/incidents`, { ...known, session })).status).toBe(403);
  expect((await get(`${url}/api/v1/incidents`, { ...known, cert: next.certificate, key: next.key })).status).toBe(200);
});

test.each([
  ['certFile', 'nothing', /^tls\.certFile: expected a PEM certificate in .*, got: /],
  ['clientCaFile', 'nothing', /^tls\.clientCaFile: expected a PEM certificate in .*, got: /],
  ['keyFile', 'nothing', /^tls\.keyFile: expected the private key of .*, got: /],
  ['keyFile', newCertificate().key, /^tls\.keyFile: expected the private key of .*, got: key values mismatch/],
])('a %s that is no good is refused before we listen', (key, text, says) => {
  const { mutual, put } = certificatesOfTest();
  expect(() => entranceOf({ tls: { ...mutual, [key]: put('bad', text) } })).toThrow(says);
  expect(() => entranceOf({ tls: { ...mutual, [key]: '/nowhere/pem' } })).toThrow(
    `expected the file of tls.${key} at /nowhere/pem, got: no such file`,
  );
});

test('whoever has the configuration of a server can call it, whatever it asks for', async () => {
  const { files, put, server } = certificatesOfTest();
  const users = [{ name: 'ada', passwordFile: put('ada', 'päss\n') }];
  const settings = [
    { tls: files },
    { tls: files, auth: { tokenFile: put('token', 'one\ntwo\n'), webhook: { token: 'x' } } },
    { tls: { ...files, clientCaFile: put('own.crt', server.certificate) }, auth: { users } },
    { auth: { tokens: ['one'] } },
  ].map(each => Config.parse(each));
  for (const config of settings) {
    const { url } = await opened(entranceOf(config));
    const answer = await callerOf(config)(`${url}/api/v1/incidents`);
    expect([answer.status, await answer.json()]).toEqual([200, { incidents: [] }]);
    const deliver = deliverTo(`${url}/webhook`, { clock: systemClock, fetch: callerOf(config) });
    expect(await deliver(webhookBody('cart-1') as AlertmanagerBody)).toBe('taken');
  }
});

test('a caller with the configuration gives its token to no server with another certificate', async () => {
  const { files } = certificatesOfTest();
  const other = certificatesOfTest();
  const { url } = await opened(entranceOf({ tls: other.files }));
  const call = callerOf(Config.parse({ tls: files, auth: { token: 's3cret' } }));
  await expect(call(`${url}/api/v1/incidents`)).rejects.toThrow('fetch failed');
});
