import { afterEach, expect, test } from 'vitest';
import type { Node, Pod } from '../../../src/kubernetes/objects.ts';
import { createTestCluster, nodeNamed, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

function podNamed(name: string, spec: Partial<Pod['spec']> = {}, memory = '64Mi'): Pod {
  const container = {
    name: 'main',
    image: 'registry.example/demo:1',
    args: ['serve'],
    resources: { requests: { memory } },
  };
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container], ...spec } };
}

const nodeOf = async (name: string) => (await cluster.client.get<Pod>('pods', name, 'default'))?.spec.nodeName;

async function refusal(name: string): Promise<string | undefined> {
  const pod = await cluster.client.get<Pod>('pods', name, 'default');
  return pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
}

function patchNode(name: string, body: unknown): Promise<Node> {
  return cluster.client.patch<Node>({ resource: 'nodes', name }, { type: 'merge', body });
}

test('pods are spread over nodes that have room', async () => {
  cluster = await createTestCluster({ programs: [demo], nodes: ['a', 'b', 'c'].map(name => nodeNamed(name)) });
  for (const name of ['one', 'two', 'three']) await cluster.apply(podNamed(name));
  await cluster.run(5);
  expect(new Set([await nodeOf('one'), await nodeOf('two'), await nodeOf('three')]).size).toBe(3);
});

test('a pod that fits nowhere says why for every node, and is placed when room is made', async () => {
  const nodes = [nodeNamed('a', { memory: '1Gi' }), nodeNamed('b', { labels: { disk: 'ssd' } }), nodeNamed('c')];
  cluster = await createTestCluster({ programs: [demo], nodes });
  await patchNode('c', { spec: { unschedulable: true } });
  await patchNode('b', { spec: { taints: [{ key: 'team', value: 'red', effect: 'NoSchedule' }] } });
  await cluster.apply(podNamed('filler', {}, '600Mi'));
  await cluster.run(5);
  await cluster.apply(podNamed('late', {}, '600Mi'));
  await cluster.run(5);
  expect(await refusal('late')).toBe(
    '0/3 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ' +
      'no new claims to deallocate, preemption: 0/3 nodes are available: ' +
      '1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
  );
  await cluster.client.delete({ resource: 'pods', name: 'filler', namespace: 'default' });
  await cluster.until(async () => (await nodeOf('late')) === 'a', 60);
});

test.each([
  ['a toleration', { tolerations: [{ key: 'team', operator: 'Equal', value: 'red', effect: 'NoSchedule' }] }, {}],
  ['an uncordon', {}, { spec: { taints: null } }],
])('%s opens a node', async (_, spec, change) => {
  cluster = await createTestCluster({ programs: [demo] });
  await patchNode('node1', { spec: { taints: [{ key: 'team', value: 'red', effect: 'NoSchedule' }] } });
  await cluster.apply(podNamed('plain'));
  await cluster.run(2);
  expect(await nodeOf('plain')).toBeUndefined();
  await cluster.apply(podNamed('special', spec));
  await patchNode('node1', change);
  await cluster.until(async () => (await nodeOf('special')) === 'node1', 60);
});

test('without a single node the scheduler says so', async () => {
  cluster = await createTestCluster({ programs: [demo], nodes: [] });
  await cluster.apply(podNamed('lonely'));
  await cluster.run(2);
  expect(await refusal('lonely')).toBe('no nodes available to schedule pods');
});
