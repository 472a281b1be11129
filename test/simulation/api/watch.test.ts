import { expect, test } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { pod, testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

interface Line {
  type: string;
  object: Pod & { code?: number; reason?: string; rows?: { cells: unknown[] }[]; columnDefinitions?: unknown[] };
}

/** Opens a watch and hands out its lines as they come. */
async function openWatch(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const lines = linesOf(response);
  return {
    code: response.status,
    async take(count: number): Promise<Line[]> {
      const taken: Line[] = [];
      while (taken.length < count) {
        const { value, done } = await lines.next();
        if (done) break;
        taken.push(value);
      }
      return taken;
    },
    close: () => lines.return(),
  };
}

async function* linesOf(response: Response): AsyncGenerator<Line, void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part);
  }
}

function summary(lines: Line[]): string[] {
  return lines.map(({ type, object }) => `${type} ${object.metadata.name}`);
}

test('a watch begins with what is there and goes on with what happens', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  await client.create<Pod>('pods', pod('a'));
  const watch = await openWatch(`${url}/api/v1/pods?watch=true`);
  await client.create<Pod>('pods', pod('b'));
  await client.delete({ resource: 'pods', name: 'a', namespace: 'default' });
  expect(summary(await watch.take(3))).toEqual(['ADDED a', 'ADDED b', 'DELETED a']);
  await watch.close();
});

test('a watch from a version misses nothing and repeats nothing', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  for (let count = 0; count < 5; count++) await client.create<Pod>('pods', pod(`before${count}`));
  const { resourceVersion } = await client.list('pods');
  for (let count = 0; count < 5; count++) await client.create<Pod>('pods', pod(`between${count}`));
  const watch = await openWatch(`${url}/api/v1/namespaces/default/pods?watch=1&resourceVersion=${resourceVersion}`);
  for (let count = 0; count < 5; count++) await client.create<Pod>('pods', pod(`after${count}`));
  const lines = await watch.take(10);
  expect(summary(lines)).toEqual(
    [...'01234'].map(n => `ADDED between${n}`).concat([...'01234'].map(n => `ADDED after${n}`)),
  );
  const versions = lines.map(line => Number(line.object.metadata.resourceVersion));
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(versions[0]).toBe(Number(resourceVersion) + 1);
  await watch.close();
});

test('a version that has been forgotten is 410 Expired', async () => {
  const { server, client } = testServer({ historyLimit: 10 });
  const { url } = await serve(server);
  const { resourceVersion } = await client.list('pods');
  for (let count = 0; count < 30; count++) await client.create<Pod>('pods', pod(`p${count}`));
  const watch = await openWatch(`${url}/api/v1/pods?watch=1&resourceVersion=${resourceVersion}`);
  const [line] = await watch.take(2);
  expect(line).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  expect(await watch.take(1)).toEqual([]);

  const now = (await client.list('pods')).resourceVersion;
  const fresh = await openWatch(`${url}/api/v1/pods?watch=1&resourceVersion=${now}`);
  await client.create<Pod>('pods', pod('later'));
  expect(summary(await fresh.take(1))).toEqual(['ADDED later']);
  await fresh.close();
});

test('through a selector, objects appear and disappear as they come to match', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  const watch = await openWatch(`${url}/api/v1/pods?watch=1&labelSelector=app%3Dweb`);
  const target = { resource: 'pods', name: 'a', namespace: 'default' };
  const label = (app: string) => client.patch<Pod>(target, { type: 'merge', body: { metadata: { labels: { app } } } });
  await client.create<Pod>('pods', pod('a', { app: 'db' }));
  await label('web');
  await client.patch<Pod>(target, { type: 'merge', body: { metadata: { annotations: { note: 'x' } } } });
  await label('db');
  await client.delete(target);
  await client.create<Pod>('pods', pod('end'));
  expect(summary(await watch.take(4))).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED end']);
  await watch.close();
});

test('ends after timeoutSeconds, and bookmarks the end of the initial list when asked', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  await client.create<Pod>('pods', pod('a'));
  const query =
    'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1';
  const watch = await openWatch(`${url}/api/v1/pods?${query}`);
  const lines = await watch.take(3);
  expect(lines.map(line => line.type)).toEqual(['ADDED', 'BOOKMARK']);
  expect(lines[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
});

test('a watch of tables names its columns once', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  const watch = await openWatch(`${url}/api/v1/pods?watch=1`, as.table);
  await client.create<Pod>('pods', pod('a'));
  await client.create<Pod>('pods', pod('b'));
  const [first, second] = await watch.take(2);
  expect(first?.object.columnDefinitions).toHaveLength(9);
  expect(second?.object.columnDefinitions).toBeNull();
  expect(second?.object.rows?.[0]?.cells.slice(0, 3)).toEqual(['b', '0/1', 'Pending']);
  await watch.close();
});
