import { afterEach, expect, test } from 'vitest';
import type { Cluster } from '../../src/kubernetes/cluster.ts';
import { connectCluster } from '../../src/kubernetes/connect.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import type { ConfigMap, Deployment, KubeEvent, Pod } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type ApiServer, createApiServer } from '../../src/simulation/api/server.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A cluster as the product sees it: over HTTP, with nothing in it but what the test makes. */
async function embedded(): Promise<{ cluster: Cluster; api: ApiServer }> {
  const api = createApiServer({ clock: systemClock });
  const lines = ['first', 'second', 'third'].map((line, at) => ({ at, line }));
  api.setLogSource((_pod, { previous }) => (previous ? { error: 'previous terminated container not found' } : lines));
  const { url, close } = await api.listen();
  cleanups.push(close);
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 5_000 });
  cleanups.push(() => cluster.close());
  return { cluster, api };
}

const web: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'registry.example/web:1' }] },
    },
  },
};
const ref = { ...kinds.deployment, namespace: 'default', name: 'web' };
const settings = (name: string): ConfigMap => ({
  ...kinds.configMap,
  metadata: { name, namespace: 'default', labels: { half: Number(name) % 2 ? 'odd' : 'even' } },
});

test('what is created can be read, listed and patched', async () => {
  const { cluster } = await embedded();
  const created = await cluster.create(web);
  expect(created.metadata.uid).toBeDefined();
  expect(await cluster.get<Deployment>(ref)).toEqual(created);
  expect((await cluster.list<Deployment>(kinds.deployment)).items).toEqual([created]);

  const image = '/spec/template/spec/containers/0/image';
  const patched = await cluster.patch<Deployment>(ref, {
    type: 'json',
    body: [
      { op: 'test', path: '/metadata/uid', value: created.metadata.uid },
      { op: 'replace', path: image, value: 'registry.example/web:2' },
    ],
  });
  expect(patched.spec.template.spec.containers[0]?.image).toBe('registry.example/web:2');
  const strategic = {
    spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: '1' }] }] } } },
  };
  const merged = await cluster.patch<Deployment>(ref, { type: 'strategic', body: strategic });
  expect(merged.spec.template.spec.containers[0]).toMatchObject({
    image: 'registry.example/web:2',
    env: [{ name: 'A' }],
  });
});

test('a dry run answers what would be, and changes nothing', async () => {
  const { cluster } = await embedded();
  await cluster.create(web);
  const before = await cluster.get(ref);
  const would = await cluster.dryRun<Deployment>(ref, { type: 'merge', body: { spec: { replicas: 5 } } });
  expect(would.spec.replicas).toBe(5);
  expect(await cluster.get(ref)).toEqual(before);
});

test('a lost precondition, a missing object and an invalid patch are told apart', async () => {
  const { cluster } = await embedded();
  await cluster.create(web);
  const stale = { metadata: { resourceVersion: '1' }, spec: { replicas: 3 } };
  await expect(cluster.patch(ref, { type: 'merge', body: stale })).rejects.toMatchObject({
    status: 409,
    reason: 'Conflict',
  });
  const absent = { ...ref, name: 'absent' };
  await expect(cluster.patch(absent, { type: 'merge', body: {} })).rejects.toMatchObject({
    status: 404,
    reason: 'NotFound',
  });
  expect(await cluster.get(absent)).toBeUndefined();
  expect(await cluster.get({ ...kinds.namespace, name: 'absent' })).toBeUndefined();
  const negative = { spec: { replicas: -1 } };
  await expect(cluster.patch(ref, { type: 'merge', body: negative })).rejects.toMatchObject({
    status: 422,
    reason: 'Invalid',
  });
  await expect(cluster.create(web)).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists' });
});

test('selectors, limits and pages work against a real list', async () => {
  const { cluster } = await embedded();
  await Promise.all(Array.from({ length: 620 }, (_, index) => cluster.create(settings(`${index}`))));
  expect((await cluster.list(kinds.configMap, { namespace: 'default' })).items).toHaveLength(620);
  expect((await cluster.list(kinds.configMap, { labelSelector: 'half=odd' })).items).toHaveLength(310);
  expect((await cluster.list(kinds.configMap, { fieldSelector: 'metadata.name=7' })).items).toHaveLength(1);
  const some = await cluster.list(kinds.configMap, { limit: 10 });
  expect(some.items).toHaveLength(10);
  expect(some.metadata.continue).toBeDefined();
});

test('events can be written and logs read', async () => {
  const { cluster, api } = await embedded();
  const event: KubeEvent = {
    ...kinds.event,
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { kind: 'Deployment', name: 'web', namespace: 'default' },
    type: 'Normal',
    reason: 'Tested',
    message: 'it works',
  };
  await cluster.create(event);
  expect((await cluster.list<KubeEvent>(kinds.event, { namespace: 'default' })).items).toMatchObject([
    { reason: 'Tested' },
  ]);

  const { template } = web.spec;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'default' }, spec: template.spec };
  await api.client().bind(await cluster.create<Pod>(pod), 'node-a');
  const web1 = { namespace: 'default', name: 'web-1' };
  expect(await cluster.logs(web1)).toBe('first\nsecond\nthird\n');
  expect(await cluster.logs(web1, { tailLines: 2, limitBytes: 9 })).toBe('second\nth');
  await expect(cluster.logs(web1, { previous: true })).rejects.toMatchObject({ name: 'ClusterError', status: 400 });
});

test('a list that is too large in one piece, as a cache gives it, is read in pages', async () => {
  const { cluster, api } = await embedded();
  const { url, close } = await api.listen();
  cleanups.push(close);
  for (let i = 0; i < 40; i += 1) await cluster.create(settings(`${i}`));
  const small = await connectCluster({ server: url, requestTimeoutMs: 5_000, limits: { maxResponseBytes: 8_000 } });
  cleanups.push(() => small.close());
  const query = { namespace: 'default', limit: 10, fromCache: true };
  const { items, metadata } = await small.list<ConfigMap>(kinds.configMap, query);
  expect(items).toHaveLength(10);
  expect(metadata.continue).toBeDefined();
  const inOnePiece = await cluster.list<ConfigMap>(kinds.configMap, query);
  expect(inOnePiece.items.length).toBeGreaterThanOrEqual(40);
});
