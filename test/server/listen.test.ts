import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import type { AlertwrightError } from '../../src/lib/errors.ts';
import { openOnLoopback } from '../../src/server/access.ts';
import { isLoopback, parseAddress } from '../../src/server/address.ts';
import { listen } from '../../src/server/listen.ts';

function newServer() {
  const server = fastify();
  onTestFinished(() => server.close());
  return server;
}

async function refusalOf(work: Promise<unknown>): Promise<AlertwrightError> {
  const outcome = await work.then(
    () => undefined,
    (error: AlertwrightError) => error,
  );
  if (!outcome) throw new Error('expected a refusal, and it listens');
  return outcome;
}

test.each([
  ['127.0.0.1:9099', '127.0.0.1', 9099],
  ['[::1]:0', '::1', 0],
  [':80', '::', 80],
])('%s is taken apart', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
});

test('a port beyond 65535 is refused', () => {
  expect(() => parseAddress('127.0.0.1:99999')).toThrow('expected host:port with a port up to 65535');
});

test('loopback is what never leaves the machine', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', '128.0.0.1'].some(isLoopback)).toBe(false);
});

test('it says where it listens', async () => {
  const url = await listen(newServer(), { host: '127.0.0.1', port: 0 }, openOnLoopback);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('a busy port is a sentence', async () => {
  const port = Number(new URL(await listen(newServer(), { host: '127.0.0.1', port: 0 }, openOnLoopback)).port);
  const { message, remedy, exitCode } = await refusalOf(
    listen(newServer(), { host: '127.0.0.1', port }, openOnLoopback),
  );
  expect(message).toBe(`port ${port} on 127.0.0.1 is in use by another program`);
  expect(remedy).toBe('Stop it, or set listen (ALERTWRIGHT_LISTEN) to another port.');
  expect(exitCode).toBe(69);
});

test('an address of another machine is a sentence', async () => {
  const { message } = await refusalOf(
    listen(newServer(), { host: '192.0.2.1', port: 0 }, { ...openOnLoopback, anonymous: true }),
  );
  expect(message).toMatch(/^192\.0\.2\.1 is not an address of this machine/);
});

test('beyond loopback it does not listen without a token, and does with one', async () => {
  const open = { host: '0.0.0.0', port: 0 };
  const { message, remedy } = await refusalOf(listen(newServer(), open, openOnLoopback));
  expect(message).toBe('listening on 0.0.0.0 without a token would let anyone approve');
  expect(remedy).toContain('ALERTWRIGHT_AUTH_TOKEN_FILE');
  expect(await listen(newServer(), { host: '127.0.0.1', port: 0 }, { ...openOnLoopback, anonymous: true })).toMatch(
    /^http/,
  );
});
