import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { connectCluster } from '../../src/kubernetes/connect.ts';
import type { ApiHttp } from '../../src/kubernetes/http.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import type { Pod } from '../../src/kubernetes/objects.ts';
import { watchObjects } from '../../src/kubernetes/watch.ts';

/** An API server that says what the test wants, and what was asked of it. */
async function server(answer: (url: URL, response: ServerResponse) => void) {
  const asked: URL[] = [];
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://api');
    asked.push(url);
    answer(url, response);
  });
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 2_000, limits: { maxResponseBytes: 10_000 } });
  onTestFinished(async () => {
    await cluster.close();
    listener.closeAllConnections();
    listener.close();
  });
  return { cluster, asked };
}

const { signal } = new AbortController();
const podNamed = (name: string) => ({ metadata: { name, resourceVersion: '5' } });
const lineOf = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

test('asks for changes from a version, with bookmarks, and brings them in order, more than one answer may hold', async () => {
  const { cluster, asked } = await server((_url, response) => {
    for (let index = 0; index < 500; index++) response.write(lineOf('MODIFIED', podNamed(`web-${index}`)));
    response.end(lineOf('BOOKMARK', { metadata: { resourceVersion: '9' } }));
  });
  const changes = await collect(cluster.watch<Pod>(kinds.pod, '4', signal));
  expect(changes).toHaveLength(501);
  expect(changes[499]).toMatchObject({ type: 'MODIFIED', object: { metadata: { name: 'web-499' } } });
  expect(changes[500]).toEqual({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } });
  expect(asked[0]?.pathname).toBe('/api/v1/pods');
  expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
    ...{ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '4', timeoutSeconds: '240' },
  });
});

test('a version that is too old, a refusal, nonsense and a connection that breaks are told apart', async () => {
  const says = async (answer: (response: ServerResponse) => void) => {
    const { cluster } = await server((_url, response) => answer(response));
    return collect(cluster.watch<Pod>(kinds.pod, '1', signal)).catch((error: unknown) => error);
  };
  const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
  expect(await says(response => response.end(lineOf('ERROR', expired)))).toMatchObject({
    status: 410,
    reason: 'Expired',
  });
  expect(await says(response => response.writeHead(410).end(JSON.stringify(expired)))).toMatchObject({ status: 410 });
  const forbidden = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'pods is forbidden' };
  expect(await says(response => response.writeHead(403).end(JSON.stringify(forbidden)))).toMatchObject({
    ...{ status: 403, message: 'pods is forbidden' },
  });
  expect(await says(response => response.end('<html>\n'))).toMatchObject({ status: 0, reason: 'Malformed' });
  const broken = await says(response => {
    response.write(lineOf('ADDED', podNamed('web')), () => response.destroy());
  });
  expect(broken).toMatchObject({ status: 0, reason: 'ConnectionLost' });
});

test('ends when it is called off, and takes no connection from those who only ask', async () => {
  const { cluster } = await server((url, response) => {
    if (url.searchParams.has('watch')) response.write(lineOf('ADDED', podNamed('web')));
    else response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] }));
  });
  const ended = new AbortController();
  const watches = Array.from({ length: 6 }, () =>
    cluster.watch<Pod>(kinds.pod, '1', ended.signal)[Symbol.asyncIterator](),
  );
  // As many as there are connections for asking, and they all stay open.
  for (const watch of watches.slice(0, 4)) expect((await watch.next()).value).toMatchObject({ type: 'ADDED' });
  expect((await cluster.list(kinds.node)).items).toEqual([]);
  ended.abort(new Error('called off'));
  await expect(watches[0]!.next()).rejects.toThrow('called off');
});

test('changes come whole, wherever their bytes are cut', async () => {
  const changes = fc.array(
    fc.record({
      type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED'),
      object: fc.record({ text: fc.string({ unit: 'grapheme' }) }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(changes, fc.array(fc.nat()), async (all, cuts) => {
      const bytes = Buffer.from(all.map(({ type, object }) => lineOf(type, object)).join(''));
      const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const http: ApiHttp = {
        send: () => Promise.reject(new Error('expected a stream')),
        stream: async () =>
          (async function* () {
            yield* pieces;
          })(),
        close: async () => {},
      };
      expect(await collect(watchObjects(http, kinds.pod, '1', signal))).toEqual(all);
    }),
  );
});
