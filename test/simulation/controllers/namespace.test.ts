import { afterEach, expect, test } from 'vitest';
import type { Condition, ConfigMap, KubeObject, Namespace } from '../../../src/kubernetes/objects.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { deploymentOf, serviceOf, webProgram } from '../shop.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

/** A namespace with a workload that runs in it, and the same workload outside. */
async function createShop(): Promise<void> {
  cluster = await createTestCluster({ programs: [webProgram('cart')] });
  await cluster.client.create<Namespace>('namespaces', named('shop'));
  for (const namespace of ['shop', 'default']) {
    for (const object of [serviceOf('cart'), deploymentOf('cart', 2), settings()])
      await cluster.apply<KubeObject>({ ...object, metadata: { ...object.metadata, namespace } });
  }
  await cluster.run(30);
}

function named(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function settings(): ConfigMap {
  const metadata = { name: 'settings' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { MODE: 'fast' } };
}

async function contentOf(namespace: string): Promise<string[]> {
  const lists = await Promise.all(
    (await cluster.client.resources())
      .filter(({ namespaced }) => namespaced)
      .map(({ name }) => cluster.client.list(name, { namespace })),
  );
  return lists.flatMap(({ items }) => items.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
}

const deleteShop = () => cluster.client.delete({ resource: 'namespaces', name: 'shop' });
const shop = () => cluster.client.get<Namespace>('namespaces', 'shop');

test('a deleted namespace goes with all that is in it, and nothing else goes', async () => {
  await createShop();
  const kinds = new Set((await contentOf('shop')).map(text => text.split(' ')[0]));
  expect([...kinds]).toEqual(
    expect.arrayContaining(['Pod', 'Service', 'ConfigMap', 'Deployment', 'ReplicaSet', 'Event']),
  );
  await deleteShop();
  expect(await shop()).toMatchObject({ status: { phase: 'Terminating' } });
  await cluster.until(async () => (await shop()) === undefined, 60);
  expect(await contentOf('shop')).toEqual([]);
  await cluster.run(120);
  const { items } = await cluster.client.list<KubeObject>('deployments.apps');
  expect(items).toMatchObject([{ metadata: { namespace: 'default' }, status: { availableReplicas: 2 } }]);
});

test('its pods have their time to stop', async () => {
  await createShop();
  await deleteShop();
  await cluster.run(0.05);
  const pods = (await contentOf('shop')).filter(text => text.startsWith('Pod '));
  expect(pods).toHaveLength(2);
  expect(await shop()).toBeDefined();
});

test('what a finalizer holds holds its namespace, until it is let go', async () => {
  await createShop();
  await cluster.client.patch(
    { resource: 'configmaps', name: 'settings', namespace: 'shop' },
    { type: 'merge', body: { metadata: { finalizers: ['shop.example/keep'] } } },
  );
  await deleteShop();
  await cluster.run(300);
  expect(await contentOf('shop')).toEqual(['ConfigMap settings']);
  const status = (await shop())?.status as { phase: string; conditions: Condition[] };
  expect(status.phase).toBe('Terminating');
  expect(
    status.conditions.filter(one => one.status === 'True').map(({ reason, message }) => [reason, message]),
  ).toEqual([
    ['SomeResourcesRemain', 'Some resources are remaining: configmaps. has 1 resource instances'],
    [
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: shop.example/keep in 1 resource instances',
    ],
  ]);
  await cluster.client.patch(
    { resource: 'configmaps', name: 'settings', namespace: 'shop' },
    { type: 'merge', body: { metadata: { finalizers: [] } } },
  );
  await cluster.until(async () => (await shop()) === undefined, 10);
});

test('the name can be used again', async () => {
  await createShop();
  const first = await shop();
  await deleteShop();
  await cluster.until(async () => (await shop()) === undefined, 60);
  const second = await cluster.client.create<Namespace>('namespaces', named('shop'));
  expect(second.metadata.uid).not.toBe(first?.metadata.uid);
  await cluster.run(60);
  expect(await shop()).toMatchObject({ status: { phase: 'Active' } });
});

test('those that a cluster needs stay', async () => {
  await createShop();
  for (const name of ['default', 'kube-system', 'kube-public'])
    await expect(cluster.client.delete({ resource: 'namespaces', name })).rejects.toThrow(
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    );
  await cluster.run(10);
  expect(await cluster.client.get<Namespace>('namespaces', 'default')).toMatchObject({ status: { phase: 'Active' } });
});
