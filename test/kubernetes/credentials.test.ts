import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { connectCluster } from '../../src/kubernetes/connect.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'alertwright-'));
  cleanups.push(() => rm(path, { recursive: true }));
  return path;
}

/** Lets in only who carries the token that is valid now, and echoes what it got in its refusal. */
async function guardedServer(valid: () => string) {
  const seen: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume();
    const allowed = request.headers.authorization === `Bearer ${valid()}`;
    response
      .writeHead(allowed ? 200 : 401)
      .end(
        JSON.stringify(
          allowed
            ? { metadata: { name: 'web' } }
            : { kind: 'Status', reason: 'Unauthorized', message: `not let in: ${request.headers.authorization}` },
        ),
      );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function kubeconfig(server: string, user: unknown, path?: string): Promise<string> {
  const file = path ?? join(await folder(), 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function connect(file: string, context?: string) {
  const cluster = await connectCluster({ kubeconfig: file, requestTimeoutMs: 5_000, ...(context ? { context } : {}) });
  cleanups.push(() => cluster.close());
  return cluster;
}

const web = { ...kinds.pod, namespace: 'shop', name: 'web' };

test('a token that was rotated in the file is read again after a 401, for reads and writes', async () => {
  let valid = 'first';
  const server = await guardedServer(() => valid);
  const file = await kubeconfig(server.url, { token: 'first' });
  const cluster = await connect(file);
  expect(await cluster.get(web)).toBeDefined();

  valid = 'second';
  await kubeconfig(server.url, { token: 'second' }, file);
  await cluster.patch(web, { type: 'merge', body: {} });
  expect(server.seen.map(headers => headers.authorization)).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
});

test('a refused token is never shown', async () => {
  const server = await guardedServer(() => 'another');
  const cluster = await connect(await kubeconfig(server.url, { token: 'very-secret-token' }));
  const error = await cluster.get(web).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 401, reason: 'Unauthorized' });
  expect(String(error)).toContain('[redacted]');
  expect(String(error)).not.toContain('very-secret-token');
  expect(server.seen).toHaveLength(2);
});

test('an exec plugin runs once for reads that come together, and again when its token is refused', async () => {
  let valid = 'token-1';
  const server = await guardedServer(() => valid);
  const path = await folder();
  const counter = join(path, 'runs');
  const plugin = join(path, 'plugin');
  await writeFile(
    plugin,
    `#!/bin/sh\necho run >> ${counter}\nn=$(wc -l < ${counter} | tr -d ' ')\n` +
      `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%s"}}' "$n"\n`,
  );
  await chmod(plugin, 0o755);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
  const cluster = await connect(await kubeconfig(server.url, { exec }));
  await Promise.all(Array.from({ length: 5 }, () => cluster.get(web)));
  expect(new Set(server.seen.map(headers => headers.authorization))).toEqual(new Set(['Bearer token-1']));

  valid = 'token-2';
  expect(await cluster.get(web)).toBeDefined();
});

test('a plugin that fails is a ClusterError', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/false', interactiveMode: 'Never' };
  const cluster = await connect(await kubeconfig('http://127.0.0.1:1', { exec }));
  await expect(cluster.get(web)).rejects.toMatchObject({ status: 0, reason: 'Credentials' });
});

test.each([
  ['a missing file', async () => ({ file: join(await folder(), 'none') }), 'expected a kubeconfig in'],
  [
    'an unknown context',
    async () => ({ file: await kubeconfig('http://127.0.0.1:1', {}), context: 'prod' }),
    'it has: main',
  ],
  ['a server that is no URL', async () => ({ file: await kubeconfig('ftp://x', {}) }), 'expected an http or https URL'],
])('%s is told in one sentence', async (_what, make, expected) => {
  const { file, context } = (await make()) as { file: string; context?: string };
  const attempt = connect(file, context).then(cluster => cluster.get(web));
  await expect(attempt).rejects.toThrow(expected);
});
