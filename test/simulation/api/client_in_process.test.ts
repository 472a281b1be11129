import { expect, test } from 'vitest';
import type { Deployment, Namespace, Pod } from '../../../src/kubernetes/objects.ts';
import type { WatchEvent } from '../../../src/simulation/api/client.ts';
import { deployment, node, pod, testServer } from './fixtures.ts';

test('an object that was read can be changed without changing the one in the server', async () => {
  const { client } = testServer();
  const created = await client.create<Deployment>('deployments.apps', deployment('web'));
  created.spec.replicas = 99;
  const read = await client.get<Deployment>('deployments.apps', 'web', 'default');
  expect(read?.spec.replicas).toBe(2);
  expect(read?.metadata.generation).toBe(1);
});

test('a missing object is undefined to get, and a 404 to everything else', async () => {
  const { client } = testServer();
  expect(await client.get('pods', 'nobody', 'default')).toBeUndefined();
  const target = { resource: 'deployments.apps', name: 'nobody', namespace: 'default' };
  await expect(client.delete(target)).rejects.toMatchObject({
    code: 404,
    reason: 'NotFound',
    message: 'deployments.apps "nobody" not found',
  });
});

test('the same history gives the same uids, names and times', async () => {
  const history = async () => {
    const { client } = testServer();
    for (let count = 0; count < 3; count++) {
      await client.create<Pod>('pods', { ...pod(''), metadata: { generateName: 'web-', namespace: 'default' } });
    }
    return (await client.list<Pod>('pods')).items;
  };
  const first = await history();
  expect(await history()).toEqual(first);
  expect(new Set(first.map(item => item.metadata.uid)).size).toBe(3);
  for (const { metadata } of first) {
    expect(metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test('a watch tells what is there, then what happens, in order and never inside the call that causes it', async () => {
  const { client } = testServer();
  await client.create<Pod>('pods', pod('first'));
  const seen: string[] = [];
  const stop = client.watch<Pod>('pods', ({ type, object }: WatchEvent<Pod>) =>
    seen.push(`${type} ${object.metadata.name}`),
  );
  const creating = client.create<Pod>('pods', pod('second'));
  expect(seen).toEqual([]);
  await creating;
  await client.patch(
    { resource: 'pods', name: 'second', namespace: 'default' },
    { type: 'merge', body: { metadata: { labels: { a: 'b' } } } },
  );
  await client.delete({ resource: 'pods', name: 'first', namespace: 'default' });
  await Promise.resolve();
  expect(seen).toEqual(['ADDED first', 'ADDED second', 'MODIFIED second', 'DELETED first']);
  stop();
  await client.create<Pod>('pods', pod('third'));
  await Promise.resolve();
  expect(seen).toHaveLength(4);
});

test('a bound pod ends gracefully: marked first, gone when its kubelet says so', async () => {
  const { client, clock } = testServer();
  await client.create('nodes', node('n1'));
  const created = await client.create<Pod>('pods', pod('web'));
  await client.bind(created, 'n1');
  const target = { resource: 'pods', name: 'web', namespace: 'default' };
  await client.delete(target);
  const ending = await client.get<Pod>('pods', 'web', 'default');
  expect(Date.parse(ending?.metadata.deletionTimestamp ?? '')).toBe(clock.now() + 30_000);
  expect(ending?.metadata.deletionGracePeriodSeconds).toBe(30);
  await client.delete(target, { gracePeriodSeconds: 0 });
  expect(await client.get('pods', 'web', 'default')).toBeUndefined();
});

test('binding happens once, and the pod says when', async () => {
  const { client } = testServer();
  const created = await client.create<Pod>('pods', pod('web'));
  await client.bind(created, 'n1');
  const bound = await client.get<Pod>('pods', 'web', 'default');
  expect(bound?.spec.nodeName).toBe('n1');
  expect(bound?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'PodScheduled', status: 'True' }));
  await expect(client.bind(created, 'n2')).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
});

test('status and spec are written apart, and only the spec counts as a generation', async () => {
  const { client } = testServer();
  const created = await client.create<Deployment>('deployments.apps', deployment('web'));
  const { metadata } = created;
  await client.update<Deployment>(
    'deployments.apps',
    { ...created, spec: { ...created.spec, replicas: 7 }, status: { replicas: 2 } },
    { subresource: 'status' },
  );
  const afterStatus = await client.get<Deployment>('deployments.apps', 'web', 'default');
  expect(afterStatus).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 2 }, status: { replicas: 2 } });
  await expect(client.update('deployments.apps', created)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });

  const { resourceVersion: _, ...unversioned } = metadata;
  const spec = { ...created.spec, replicas: 7 };
  await client.update<Deployment>('deployments.apps', {
    ...created,
    metadata: unversioned,
    spec,
    status: { replicas: 5 },
  });
  const afterSpec = await client.get<Deployment>('deployments.apps', 'web', 'default');
  expect(afterSpec).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 7 }, status: { replicas: 2 } });
});

test('a finalizer holds an object until it is taken away', async () => {
  const { client } = testServer();
  const created = await client.create<Pod>('pods', pod('held'));
  const target = { resource: 'pods', name: 'held', namespace: 'default' };
  await client.patch(target, { type: 'merge', body: { metadata: { finalizers: ['example.org/hold'] } } });
  await client.delete(target);
  const held = await client.get<Pod>('pods', 'held', 'default');
  expect(held?.metadata.deletionTimestamp).toBeDefined();
  expect(held?.metadata.uid).toBe(created.metadata.uid);
  await client.patch(target, { type: 'merge', body: { metadata: { finalizers: null } } });
  expect(await client.get('pods', 'held', 'default')).toBeUndefined();
});

test('a namespace that ends takes no new objects, and goes when it is finalized', async () => {
  const { client } = testServer();
  await client.create<Namespace>('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await client.delete({ resource: 'namespaces', name: 'shop' });
  const ending = await client.get<Namespace>('namespaces', 'shop');
  expect(ending?.status?.phase).toBe('Terminating');
  const late = { ...pod('late'), metadata: { name: 'late', namespace: 'shop' } };
  await expect(client.create('pods', late)).rejects.toMatchObject({ code: 403 });
  await client.update<Namespace>('namespaces', { ...ending!, spec: { finalizers: [] } }, { subresource: 'finalize' });
  expect(await client.get('namespaces', 'shop')).toBeUndefined();
});
