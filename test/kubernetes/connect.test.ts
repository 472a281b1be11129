import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ClusterError } from '../../src/kubernetes/cluster.ts';
import { type ConnectOptions, connectCluster } from '../../src/kubernetes/connect.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Seen {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

type Handler = (seen: Seen, response: ServerResponse, count: number) => void;

/** An API server that does what the test says, and keeps what it was asked and over how many connections. */
async function serve(handler: Handler) {
  const requests: Seen[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://server');
    const seen = { method: request.method ?? '', url, headers: request.headers, body };
    requests.push(seen);
    handler(seen, response, requests.length);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, connections: () => connections };
}

async function connect(options: Omit<ConnectOptions, 'requestTimeoutMs'> & { requestTimeoutMs?: number }) {
  const cluster = await connectCluster({ requestTimeoutMs: 5_000, ...options });
  cleanups.push(() => cluster.close());
  return cluster;
}

function json(response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

function status(code: number, reason: string, message: string, details?: unknown) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
}

const web = { ...kinds.pod, namespace: 'shop', name: 'web' };
const pod = (name: string) => ({ metadata: { name, namespace: 'shop' }, spec: { containers: [] } });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('expected a ClusterError, got an answer'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ClusterError);
      return error as ClusterError;
    },
  );

test('500 reads at once share at most 4 connections', async () => {
  const server = await serve((_seen, response) => json(response, pod('web')));
  const cluster = await connect({ server: server.url });
  await Promise.all(Array.from({ length: 500 }, () => cluster.get(web)));
  expect(server.requests).toHaveLength(500);
  expect(server.connections()).toBeLessThanOrEqual(4);
});

test('a missing object is undefined; a missing API and a missing server are errors', async () => {
  const server = await serve((seen, response) =>
    seen.url.pathname.startsWith('/apis/')
      ? json(response, status(404, 'NotFound', 'the server could not find the requested resource', {}), 404)
      : json(response, status(404, 'NotFound', 'pods "web" not found', { name: 'web', kind: 'pods' }), 404),
  );
  const cluster = await connect({ server: server.url });
  expect(await cluster.get(web)).toBeUndefined();
  const error = await failureOf(cluster.get({ ...kinds.deployment, namespace: 'shop', name: 'web' }));
  expect(error).toMatchObject({ status: 404, reason: 'NotFound' });

  const nowhere = await connect({ server: 'http://127.0.0.1:1' });
  expect(await failureOf(nowhere.get(web))).toMatchObject({ status: 0, reason: 'Unreachable' });
});

test('a list walks all pages, names the kind of each item, and stops at its limit', async () => {
  const server = await serve((seen, response) => {
    const from = Number(seen.url.searchParams.get('continue') ?? 0);
    const limit = Number(seen.url.searchParams.get('limit'));
    const items = Array.from({ length: Math.min(limit, 1_200 - from) }, (_, index) => pod(`p${from + index}`));
    const left = 1_200 - from - items.length;
    const metadata = {
      resourceVersion: '7',
      ...(left > 0 ? { continue: `${from + items.length}`, remainingItemCount: left } : {}),
    };
    json(response, { apiVersion: 'v1', kind: 'PodList', metadata, items });
  });
  const cluster = await connect({ server: server.url });
  const all = await cluster.list(kinds.pod, { namespace: 'shop', labelSelector: 'app=web,tier in (a)' });
  expect(all.items.map(item => item.metadata.name)).toEqual(Array.from({ length: 1_200 }, (_, index) => `p${index}`));
  expect(all.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  expect(server.requests.map(seen => seen.url.searchParams.get('labelSelector'))).toEqual(
    Array(3).fill('app=web,tier in (a)'),
  );

  const some = await cluster.list(kinds.pod, { limit: 700 });
  expect(some.items).toHaveLength(700);
  expect(some.metadata).toMatchObject({ remainingItemCount: 500 });
});

test('a list whose version has expired begins again', async () => {
  const server = await serve((seen, response, count) => {
    if (seen.url.searchParams.has('continue') && count === 2)
      return json(response, status(410, 'Expired', 'too old'), 410);
    const last = seen.url.searchParams.has('continue');
    json(response, {
      metadata: { resourceVersion: '1', ...(last ? {} : { continue: 'x' }) },
      items: [pod(last ? 'b' : 'a')],
    });
  });
  const cluster = await connect({ server: server.url });
  const list = await cluster.list(kinds.pod);
  expect(list.items.map(item => item.metadata.name)).toEqual(['a', 'b']);
});

test('logs are text, and bounded unless told otherwise', async () => {
  const server = await serve((_seen, response) => response.end('one\ntwo\n'));
  const cluster = await connect({ server: server.url });
  expect(await cluster.logs(web, { previous: true, tailLines: 5, container: 'main' })).toBe('one\ntwo\n');
  expect(server.requests[0]?.url.pathname).toBe('/api/v1/namespaces/shop/pods/web/log');
  expect(Object.fromEntries(server.requests[0]?.url.searchParams ?? [])).toEqual({
    previous: 'true',
    tailLines: '5',
    container: 'main',
    limitBytes: '1048576',
  });
});

test.each([
  ['merge', 'application/merge-patch+json'],
  ['strategic', 'application/strategic-merge-patch+json'],
  ['json', 'application/json-patch+json'],
] as const)('a %s patch says what it is and who sends it', async (type, contentType) => {
  const server = await serve((_seen, response) => json(response, pod('web')));
  const cluster = await connect({ server: server.url });
  await cluster.patch(web, { type, body: { a: 1 } });
  await cluster.dryRun(web, { type, body: { a: 1 } });
  for (const seen of server.requests) {
    expect(seen).toMatchObject({ method: 'PATCH', body: '{"a":1}' });
    expect(seen.headers['content-type']).toBe(contentType);
    expect(seen.url.searchParams.get('fieldManager')).toBe('alertwright');
  }
  expect(server.requests.map(seen => seen.url.searchParams.get('dryRun'))).toEqual([null, 'All']);
});

test('create posts to the collection', async () => {
  const server = await serve((seen, response) => json(response, JSON.parse(seen.body), 201));
  const cluster = await connect({ server: server.url });
  const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'shop' } };
  expect(await cluster.create(event)).toEqual(event);
  expect(server.requests[0]).toMatchObject({ method: 'POST' });
  expect(server.requests[0]?.url.pathname).toBe('/api/v1/namespaces/shop/events');
});

test('a read that is put off is tried again as the server asks, within bounds; a write never is', async () => {
  const pauses: number[] = [];
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  const server = await serve((_seen, response, count) => {
    if (count === 1) return json(response, status(429, 'TooManyRequests', 'slow down'), 429, { 'retry-after': '2' });
    if (count === 2) return json(response, status(503, 'ServiceUnavailable', 'soon'), 503, { 'retry-after': '3600' });
    if (count === 3) return json(response, pod('web'));
    return json(response, status(429, 'TooManyRequests', 'slow down'), 429, { 'retry-after': '1' });
  });
  const cluster = await connect({ server: server.url, pause });
  expect(await cluster.get(web)).toMatchObject({ metadata: { name: 'web' } });
  expect(pauses).toEqual([2_000, 5_000]);

  const refused = await failureOf(cluster.patch(web, { type: 'merge', body: {} }));
  expect(refused).toMatchObject({ status: 429, reason: 'TooManyRequests' });
  expect(server.requests).toHaveLength(4);

  expect(await failureOf(cluster.get(web))).toMatchObject({ status: 429 });
  expect(server.requests).toHaveLength(7);
});

test('a broken connection is tried again for a read only', async () => {
  const server = await serve((seen, response, count) => {
    if (count === 1 || seen.method === 'PATCH') response.socket?.destroy();
    else json(response, pod('web'));
  });
  const cluster = await connect({ server: server.url, pause: async () => {} });
  expect(await cluster.get(web)).toBeDefined();
  const lost = await failureOf(cluster.patch(web, { type: 'merge', body: {} }));
  expect(lost).toMatchObject({ status: 0, reason: 'ConnectionLost' });
  expect(server.requests.filter(seen => seen.method === 'PATCH')).toHaveLength(1);
});

test('a server that does not answer is a time-out', async () => {
  const server = await serve(() => {});
  const cluster = await connect({ server: server.url, requestTimeoutMs: 50 });
  const error = await failureOf(cluster.get(web));
  expect(error).toMatchObject({ status: 0, reason: 'Timeout' });
  expect(error.message).toContain('within 50 ms');
});

test('an abort is honoured in flight, with its own reason', async () => {
  const abort = new AbortController();
  const server = await serve(() => abort.abort(new Error('no longer needed')));
  const cluster = await connect({ server: server.url });
  await expect(cluster.get(web, abort.signal)).rejects.toThrow('no longer needed');
});

test('an answer beyond the bound is refused with what to do', async () => {
  const server = await serve((_seen, response) => response.end('x'.repeat(3 * 2 ** 20)));
  const cluster = await connect({ server: server.url, limits: { maxResponseBytes: 2 ** 20 } });
  const error = await failureOf(cluster.logs(web));
  expect(error.reason).toBe('ResponseTooLarge');
  expect(error.message).toContain('below 1 MiB');
});

test('an answer that is neither JSON nor a Status is named as such', async () => {
  const server = await serve((seen, response) => {
    response.writeHead(seen.method === 'GET' ? 200 : 502).end('<html>proxy</html>');
  });
  const cluster = await connect({ server: server.url });
  expect(await failureOf(cluster.get(web))).toMatchObject({ reason: 'Malformed' });
  const patched = await failureOf(cluster.patch(web, { type: 'merge', body: {} }));
  expect(patched).toMatchObject({ status: 502, reason: 'Http502' });
  expect(patched.message).toContain('<html>');
});

test.each(['', '..', '.', 'a/b', 'a?b', 'a b', '%2e%2e'])('the name %j never reaches the server', async name => {
  const server = await serve((_seen, response) => json(response, {}));
  const cluster = await connect({ server: server.url });
  expect(await failureOf(cluster.get({ ...web, name }))).toMatchObject({ status: 400, reason: 'BadRequest' });
  expect(await failureOf(cluster.list(kinds.pod, { namespace: name }))).toMatchObject({ status: 400 });
  expect(server.requests).toHaveLength(0);
});
