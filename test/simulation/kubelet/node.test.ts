import { afterEach, expect, test } from 'vitest';
import type { Lease, PriorityClass } from '../../../src/kubernetes/kinds/policy.ts';
import type { Condition, Node } from '../../../src/kubernetes/objects.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import { createTestCluster, nodeNamed, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { podNamed, readPod, statusOf, storyOf } from './pods.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const onNode = { nodeName: 'node1' };
const Gi = 2 ** 30;

async function conditionOf(type: string): Promise<Condition | undefined> {
  const node = await cluster.client.get<Node>('nodes', 'node1');
  return node?.status?.conditions?.find(one => one.type === type);
}

async function leaseAge(): Promise<number> {
  const lease = await cluster.client.get<Lease>('leases.coordination.k8s.io', 'node1', 'kube-node-lease');
  return (cluster.clock.now() - Date.parse(lease?.spec.renewTime ?? '')) / 1000;
}

test.each([
  [
    'OutOfcpu',
    { resources: { requests: { cpu: '3' } } },
    {},
    "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000",
  ],
  [
    'OutOfmemory',
    { resources: { requests: { memory: '9Gi' } } },
    {},
    `Node didn't have enough resource: memory, requested: ${9 * Gi}, used: 0, capacity: ${8 * Gi}`,
  ],
  [
    'NodeAffinity',
    {},
    { nodeSelector: { disk: 'ssd' } },
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ],
  [
    'NodePorts',
    { ports: [{ containerPort: 80, hostPort: 80 }] },
    {},
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  ],
])('a node refuses a pod with %s, and the pod has failed', async (reason, container, spec, why) => {
  cluster = await createTestCluster({ programs: [demo] });
  const first = { ports: [{ containerPort: 8080, hostPort: 80 }], resources: { requests: { cpu: '2' } } };
  await cluster.apply(podNamed('first', first, onNode));
  await cluster.run(10);
  await cluster.apply(podNamed('late', container, { ...spec, ...onNode }));
  await cluster.run(5);
  const message = `Pod was rejected: ${why}`;
  expect((await readPod(cluster, 'late')).status).toMatchObject({ phase: 'Failed', reason, message });
  expect(await storyOf(cluster, 'late')).toEqual([`${reason}: ${why}`]);
});

test('one pod too many is refused', async () => {
  const node: Node = { ...nodeNamed('node1'), status: { capacity: { cpu: '4', memory: '8Gi', pods: '1' } } };
  cluster = await createTestCluster({ programs: [demo], nodes: [node] });
  for (const name of ['a', 'b']) await cluster.apply(podNamed(name, {}, onNode));
  await cluster.run(5);
  const phases = await Promise.all(['a', 'b'].map(async name => (await readPod(cluster, name)).status?.reason));
  expect(phases).toEqual([undefined, 'OutOfpods']);
});

test('a node renews its lease, and stops when it is cut off; its pods go on, and tell what happened afterwards', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  await cluster.apply(podNamed('app', { command: ['sh', '-c', 'sleep 60'] }, { ...onNode, restartPolicy: 'Never' }));
  await cluster.run(30);
  expect(await leaseAge()).toBeLessThanOrEqual(10);
  cluster.kubelets[0]!.fail('unreachable');
  await cluster.run(60);
  expect(await leaseAge()).toBeGreaterThan(50);
  expect((await readPod(cluster, 'app')).status?.phase).toBe('Running');
  cluster.kubelets[0]!.recover();
  await cluster.run(30);
  expect(await leaseAge()).toBeLessThanOrEqual(10);
  expect((await readPod(cluster, 'app')).status?.phase).toBe('Succeeded');
});

test('a node without its runtime is not ready, and starts nothing until it has it back', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const [kubelet] = cluster.kubelets;
  kubelet!.fail('runtime_down');
  await cluster.apply(podNamed('app', {}, onNode));
  await cluster.run(20);
  expect(await conditionOf('Ready')).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime is down',
  });
  expect((await readPod(cluster, 'app')).status?.containerStatuses).toBeUndefined();
  kubelet!.recover();
  await cluster.run(10);
  expect(await conditionOf('Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect((await statusOf(cluster, 'app')).ready).toBe(true);
});

test('a node without its network says so of each pod that has to wait for it', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  cluster.kubelets[0]!.fail('network_down');
  await cluster.apply(podNamed('app', {}, onNode));
  await cluster.apply(podNamed('host', {}, { ...onNode, hostNetwork: true }));
  await cluster.run(10);
  const [text] = await storyOf(cluster, 'app');
  expect(text).toMatch(/^NetworkNotReady: network is not ready: container runtime network not ready: /);
  const { status } = await readPod(cluster, 'host');
  expect(status).toMatchObject({ phase: 'Running', podIP: status?.hostIP });
});

function growing(name: string, base: string, perSecond = '0'): ProgramInput {
  return {
    ...demo,
    name,
    image: { ...demo.image, tags: [name] },
    commands: {},
    behaviour: { memory: { base, perSecond } },
  };
}

test('a node that is low on memory ends who takes more than it asked for, the least important first', async () => {
  const programs = [growing('modest', '2Gi'), growing('greedy', '2Gi', '4Mi'), growing('important', '3Gi')];
  cluster = await createTestCluster({ programs });
  await cluster.client.create<PriorityClass>('priorityclasses.scheduling.k8s.io', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 1000,
  });
  const image = (tag: string) => ({ image: `registry.example/demo:${tag}`, args: [] });
  const asks = (memory: string) => ({ resources: { requests: { memory } } });
  await cluster.apply(podNamed('modest', { ...image('modest'), ...asks('2Gi') }, onNode));
  await cluster.apply(
    podNamed('important', { ...image('important'), ...asks('1Gi') }, { ...onNode, priorityClassName: 'high' }),
  );
  await cluster.apply(podNamed('greedy', image('greedy'), onNode));
  await cluster.run(600);
  const phases = await Promise.all(
    ['modest', 'important', 'greedy'].map(async one => (await readPod(cluster, one)).status?.phase),
  );
  expect(phases).toEqual(['Running', 'Running', 'Failed']);
  const { status } = await readPod(cluster, 'greedy');
  expect(status?.reason).toBe('Evicted');
  expect(status?.message).toBe(
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 64Mi. Container main was using 3008Mi, request is 0, has larger consumption of memory. ',
  );
  expect(status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    reason: 'TerminationByKubelet',
  });
  expect(await storyOf(cluster, 'node1')).toContain('EvictionThresholdMet: Attempting to reclaim memory');
});

test('pressure is told, keeps pods away, and passes five minutes after its cause', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const [kubelet] = cluster.kubelets;
  kubelet!.occupy({ diskBytes: 95 * Gi });
  await cluster.run(30);
  expect(await conditionOf('DiskPressure')).toMatchObject({ status: 'True', reason: 'KubeletHasDiskPressure' });
  await cluster.apply(podNamed('late', {}, onNode));
  await cluster.run(5);
  const message = 'Pod was rejected: The node had condition: [DiskPressure]. ';
  expect((await readPod(cluster, 'late')).status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
  kubelet!.occupy({ diskBytes: 0 });
  await cluster.run(400);
  expect(await conditionOf('DiskPressure')).toMatchObject({ status: 'False', reason: 'KubeletHasNoDiskPressure' });
});

test('the kernel ends a container when the node has no memory left at all', async () => {
  cluster = await createTestCluster({ programs: [growing('sudden', '9Gi')] });
  await cluster.apply(podNamed('app', { image: 'registry.example/demo:sudden', args: [] }, onNode));
  await cluster.run(1);
  await cluster.until(async () => {
    const { state, lastState } = await statusOf(cluster, 'app');
    return (state.terminated ?? lastState.terminated)?.reason === 'OOMKilled';
  }, 60);
});

test.each([
  [
    'its limit',
    { resources: { limits: { 'ephemeral-storage': '100Mi' } } },
    {},
    'Pod ephemeral local storage usage exceeds the total limit of containers 100Mi. ',
  ],
  [
    'the size of its volume',
    { volumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
    { volumes: [{ name: 'cache', emptyDir: { sizeLimit: '50Mi' } }] },
    'Usage of EmptyDir volume "cache" exceeds the limit "50Mi". ',
  ],
])('a pod that writes more than %s allows is evicted', async (_what, container, spec, message) => {
  const writer: ProgramInput = { ...demo, commands: {}, behaviour: { disk: { perSecond: '10Mi', path: '/cache/x' } } };
  cluster = await createTestCluster({ programs: [writer] });
  await cluster.apply(podNamed('app', { ...container, args: [] }, { ...spec, ...onNode }));
  await cluster.run(60);
  expect((await readPod(cluster, 'app')).status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
  expect(await storyOf(cluster, 'app')).toContain(`Evicted: ${message}`);
});
