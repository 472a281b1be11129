import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Deployment, Pod, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { canonicalJson } from '../../../src/lib/hash.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { createTestCluster, nodeNamed, type TestCluster } from '../cluster_in_test.ts';
import { brokenBuild, deploymentOf, serviceOf, webProgram } from '../shop.ts';

const step = fc.oneof(
  fc.record({ kind: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ kind: fc.constant('image' as const), tag: fc.constantFrom('1', '2', '3', 'broken', 'nowhere') }),
  fc.record({ kind: fc.constant('delete' as const), index: fc.nat(10), force: fc.boolean() }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 120 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('whatever is done to a deployment, it ends with the pods it wants and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async steps => {
      const cluster = await createTestCluster({ programs: [webProgram('cart'), brokenBuild('cart')] });
      await cluster.apply(deploymentOf('cart', 2));
      for (const one of steps) await act(cluster, one);
      await act(cluster, { kind: 'image', tag: '1' });
      await cluster.until(async () => (await problem(cluster)) === undefined, 900).catch(() => undefined);
      expect(await problem(cluster)).toBeUndefined();
      cluster.stop();
    }),
    { numRuns: 25 },
  );
});

test('two runs of the same story leave the same bytes', async () => {
  const story: Step[] = [
    { kind: 'wait', seconds: 30 },
    { kind: 'image', tag: 'broken' },
    { kind: 'wait', seconds: 90 },
    { kind: 'scale', replicas: 5 },
    { kind: 'delete', index: 1, force: false },
    { kind: 'image', tag: '2' },
    { kind: 'wait', seconds: 300 },
  ];
  const dumps = [await tell(story), await tell(story)];
  expect(dumps[0]!.length).toBeGreaterThan(10_000);
  expect(dumps[0]).toBe(dumps[1]);
});

async function tell(story: Step[]): Promise<string> {
  const nodes = [nodeNamed('node1'), nodeNamed('node2')];
  const programs = [webProgram('catalog'), webProgram('cart', ['catalog']), brokenBuild('cart')];
  const cluster = await createTestCluster({ programs, nodes });
  for (const name of ['catalog', 'cart']) {
    await cluster.apply(serviceOf(name));
    await cluster.apply(deploymentOf(name, 2));
  }
  for (const one of story) await act(cluster, one);
  const resources = ['nodes', 'deployments.apps', 'replicasets.apps', 'pods', 'services', 'events'];
  const lists = await Promise.all(resources.map(resource => cluster.client.list(resource)));
  cluster.stop();
  return canonicalJson(lists.map(({ items }) => items));
}

async function act(cluster: TestCluster, one: Step): Promise<void> {
  const { client } = cluster;
  const target = { resource: 'deployments.apps', name: 'cart', namespace: 'default' };
  if (one.kind === 'wait') await cluster.run(one.seconds);
  else if (one.kind === 'scale')
    await client.patch(target, { type: 'merge', body: { spec: { replicas: one.replicas } } });
  else if (one.kind === 'image') {
    const containers = [{ name: 'main', image: `registry.example/shop/cart:${one.tag}` }];
    await client.patch(target, { type: 'strategic', body: { spec: { template: { spec: { containers } } } } });
  } else {
    const { items } = await client.list<Pod>('pods', { labelSelector: 'app=cart' });
    const pod = items[one.index % Math.max(1, items.length)];
    const options = one.force ? { gracePeriodSeconds: 0 } : {};
    if (pod) await client.delete({ resource: 'pods', name: pod.metadata.name, namespace: 'default' }, options);
  }
}

/** What isn't as it should be in the end. */
async function problem({ client }: TestCluster): Promise<string | undefined> {
  const deployment = (await client.get<Deployment>('deployments.apps', 'cart', 'default'))!;
  const replicaSets = (await client.list<ReplicaSet>('replicasets.apps')).items;
  const pods = (await client.list<Pod>('pods')).items;
  const { observedGeneration, updatedReplicas = 0 } = deployment.status ?? {};
  if (observedGeneration !== deployment.metadata.generation) return 'the deployment was not looked at';
  if (updatedReplicas !== deployment.spec.replicas) return `${updatedReplicas} replicas are of the current template`;
  for (const { metadata, spec } of replicaSets) {
    const owned = pods.filter(pod => pod.metadata.ownerReferences?.[0]?.uid === metadata.uid);
    const ready = owned.filter(isReady).length;
    if (owned.length !== spec.replicas || ready !== spec.replicas) {
      return `expected ${spec.replicas} pods of ${metadata.name}, got ${owned.length} of which ${ready} are ready`;
    }
  }
  const uids = new Set(replicaSets.map(({ metadata }) => metadata.uid));
  const orphan = pods.find(pod => !uids.has(pod.metadata.ownerReferences?.[0]?.uid ?? ''));
  if (orphan) return `${orphan.metadata.name} has outlived its owner`;
  const total = replicaSets.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
  return total === deployment.spec.replicas ? undefined : `expected ${deployment.spec.replicas} replicas, got ${total}`;
}
