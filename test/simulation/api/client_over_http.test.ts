import { afterEach, expect, test, vi } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { ApiError } from '../../../src/simulation/api/client.ts';
import { createHttpClient } from '../../../src/simulation/api/client_over_http.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';

/** The same interface as in process, but over HTTP: what it adds is the way there and back. */

type ConfigMap = KubeObject & { data?: Record<string, string> };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connected(options: { historyLimit?: number; token?: string } = {}) {
  const { historyLimit, token } = options;
  const server = createApiServer({
    clock: systemClock,
    ...(historyLimit === undefined ? {} : { historyLimit }),
    tokens: [{ token: 'admin', user: 'admin', groups: ['system:masters'] }],
  });
  let listening = await server.listen();
  const port = Number(new URL(listening.url).port);
  const client = createHttpClient({ url: listening.url, token: token ?? 'admin', clock: systemClock });
  closers.push(() => listening.close(), client.close);
  return {
    client,
    behind: server.client(),
    async away(meanwhile: () => Promise<void>) {
      await listening.close();
      await meanwhile();
      listening = await server.listen({ port });
    },
  };
}

const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
  data,
});
const a = { resource: 'configmaps', name: 'a', namespace: 'default' };

test('objects are created, read, changed and deleted', async () => {
  const { client } = await connected();
  const created = await client.create<ConfigMap>('configmaps', configMap('a', { key: 'one' }));
  expect(created.metadata.uid).toMatch(/\w/);
  const updated = await client.update<ConfigMap>('configmaps', { ...created, data: { key: 'two' } });
  expect(updated.data).toEqual({ key: 'two' });
  const patched = await client.patch<ConfigMap>(a, { type: 'merge', body: { data: { more: 'three' } } });
  expect(patched.data).toEqual({ key: 'two', more: 'three' });
  expect(await client.get<ConfigMap>('configmaps', 'a', 'default')).toMatchObject({ data: patched.data });
  await client.delete(a, { preconditions: { uid: String(created.metadata.uid) } });
  expect(await client.get('configmaps', 'a', 'default')).toBeUndefined();
});

test('what lies in a list says what it is, and selectors select', async () => {
  const { client } = await connected();
  await client.create('configmaps', configMap('a', {}, { app: 'shop' }));
  await client.create('configmaps', configMap('b', {}, { app: 'bank' }));
  const { items, resourceVersion } = await client.list('configmaps', {
    namespace: 'default',
    labelSelector: 'app=bank',
  });
  expect(items).toMatchObject([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }]);
  expect(Number(resourceVersion)).toBeGreaterThan(0);
});

test('kinds of every group and scope are found by their names', async () => {
  const { client } = await connected();
  await client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node1' } });
  expect(await client.get('nodes', 'node1')).toMatchObject({ kind: 'Node' });
  expect((await client.list('deployments.apps')).items).toEqual([]);
  expect((await client.resources()).find(({ name }) => name === 'deployments.apps')).toMatchObject({
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    namespaced: true,
  });
  await expect(client.list('things.example.com')).rejects.toThrow('could not find the requested resource');
});

test('a pod is bound, and its status written', async () => {
  const { client, behind } = await connected();
  await behind.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  });
  const pod = await client.create<Pod>('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'app' }] },
  });
  await client.bind(pod, 'node1');
  const status = { phase: 'Running' };
  const target = { resource: 'pods', name: 'p', namespace: 'default' };
  await client.patch<Pod>(target, { type: 'strategic', body: { status }, subresource: 'status' });
  expect(await client.get<Pod>('pods', 'p', 'default')).toMatchObject({ spec: { nodeName: 'node1' }, status });
});

test('a refusal is the ApiError that it is in process', async () => {
  const { client } = await connected();
  await client.create('configmaps', configMap('a'));
  const again = await client.create('configmaps', configMap('a')).catch((error: unknown) => error);
  expect(again).toBeInstanceOf(ApiError);
  expect(again).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'configmaps "a" already exists' });
  const { client: stranger } = await connected({ token: 'nobody' });
  await expect(stranger.list('configmaps')).rejects.toMatchObject({ code: 401, reason: 'Unauthorized' });
});

test('apply takes fields that others own only when told to', async () => {
  const { client, behind } = await connected();
  await behind.create('configmaps', configMap('a', { key: 'one' }));
  const body = configMap('a', { key: 'two' });
  await expect(client.patch(a, { type: 'apply', body })).rejects.toMatchObject({ code: 409 });
  expect(await client.patch(a, { type: 'apply', body, force: true })).toMatchObject({ data: { key: 'two' } });
});

/** What a watch has told, in short. */
function told(watching: Awaited<ReturnType<typeof connected>>['client'], labelSelector?: string): string[] {
  const events: string[] = [];
  const stop = watching.watch<ConfigMap>(
    'configmaps',
    ({ type, object }) => {
      if (object.metadata.namespace === 'default')
        events.push(`${type} ${object.metadata.name} ${object.data?.['key'] ?? ''}`);
    },
    { namespace: 'default', ...(labelSelector === undefined ? {} : { labelSelector }) },
  );
  closers.push(async () => stop());
  return events;
}

test('a watch tells what is there and then every change', async () => {
  const { client, behind } = await connected();
  await behind.create('configmaps', configMap('a', { key: '1' }));
  const events = told(client);
  await vi.waitFor(() => expect(events).toEqual(['ADDED a 1']));
  await behind.patch(a, { type: 'merge', body: { data: { key: '2' } } });
  await behind.delete(a);
  await vi.waitFor(() => expect(events).toEqual(['ADDED a 1', 'MODIFIED a 2', 'DELETED a 2']));
});

test('a watch with a selector tells what comes into it and leaves it', async () => {
  const { client, behind } = await connected();
  await behind.create('configmaps', configMap('a', { key: '1' }, { app: 'shop' }));
  const events = told(client, 'app=shop');
  await vi.waitFor(() => expect(events).toEqual(['ADDED a 1']));
  await behind.patch(a, { type: 'merge', body: { metadata: { labels: { app: 'bank' } } } });
  await vi.waitFor(() => expect(events).toEqual(['ADDED a 1', 'DELETED a 1']));
});

test('a watch survives a server that was away, and misses nothing', async () => {
  const { client, behind, away } = await connected();
  await behind.create('configmaps', configMap('a', { key: '1' }));
  const events = told(client);
  await vi.waitFor(() => expect(events).toEqual(['ADDED a 1']));
  await away(async () => {
    await behind.create('configmaps', configMap('b', { key: '2' }));
    await behind.delete(a);
  });
  await vi.waitFor(() => expect(events).toEqual(['ADDED a 1', 'ADDED b 2', 'DELETED a 1']), 10_000);
});

test('a watch that the server has forgotten starts over, and tells only what has changed', async () => {
  const { client, behind, away } = await connected({ historyLimit: 3 });
  for (const name of ['a', 'kept', 'changed']) await behind.create('configmaps', configMap(name, { key: '1' }));
  const events = told(client);
  await vi.waitFor(() => expect(events).toHaveLength(3));
  events.length = 0;
  await away(async () => {
    await behind.delete(a);
    for (const key of ['2', '3', '4', '5'])
      await behind.patch({ ...a, name: 'changed' }, { type: 'merge', body: { data: { key } } });
  });
  await vi.waitFor(() => expect(events).toEqual(['MODIFIED changed 5', 'DELETED a 1']), 10_000);
});
