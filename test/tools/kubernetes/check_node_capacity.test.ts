import { expect, test } from 'vitest';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject, Node, Pod } from '../../../src/kubernetes/objects.ts';
import { parseQuantity } from '../../../src/kubernetes/quantity.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { createWorld, node, pod } from './world.ts';

const capacity = (objects: Parameters<typeof createWorld>[0], args: Record<string, unknown>) =>
  ask(createWorld(objects), 'check_node_capacity', args);

const using = (
  name: string,
  on: string,
  requests: Record<string, string>,
  phase: 'Running' | 'Succeeded' = 'Running',
) => pod(name, { node: on, phase, container: { resources: { requests } } });

const world = [
  node('node-a', { memory: '8Gi', cpu: '4' }),
  node('node-b', { memory: '16Gi', cpu: '8' }, { spec: { unschedulable: true } }),
  using('one', 'node-a', { memory: '5Gi', cpu: '500m' }),
  using('two', 'node-a', { memory: '512Mi', cpu: '1' }),
  using('done', 'node-a', { memory: '2Gi' }, 'Succeeded'),
  using('other', 'node-b', { memory: '1Gi' }),
];

test('memory: what is allocatable, requested and free for each node; finished pods do not count', async () => {
  const { text } = await capacity(world, { resource_type: 'memory' });
  expect(text.split('\n')).toEqual([
    'memory on 2 nodes: 24Gi allocatable, 6.5Gi requested by pods, 2.5Gi free on the 1 that take new pods.',
    'node-a: 8Gi allocatable, 5.5Gi requested (69%), 2.5Gi free',
    'node-b: 16Gi allocatable, 1Gi requested (6%), 15Gi free; takes no new pods: cordoned',
  ]);
});

test('cpu, asked for in another spelling', async () => {
  const { text } = await capacity(world, { resource: 'CPU', amount: '500m' });
  expect(text).toContain('A pod that requests 500m of cpu fits on 1 node.');
  expect(text).toContain('node-a: 4 allocatable, 1.5 requested (38%), 2.5 free');
});

test('an amount that fits nowhere, because room on a cordoned node is none', async () => {
  const { text } = await capacity(world, { resource_type: 'memory', amount: '10Gi' });
  expect(text).toContain(
    'A pod that requests 10Gi of memory fits on NO node: the most that is free on one open node is 2.5Gi (node-a).',
  );
});

test('an amount that is no quantity, and a resource that we do not know', async () => {
  expect((await capacity(world, { resource_type: 'memory', amount: 'lots' })).text).toContain(
    'Expected an amount such as 512Mi, got "lots"',
  );
  const disk = await capacity(world, { resource_type: 'gold' });
  expect(disk.isError).toBe(true);
  expect(disk.text).toContain('resource_type');
});

test('nodes that are not ready, under pressure or tainted say so', async () => {
  const conditions = [
    { type: 'Ready', status: 'Unknown' as const },
    { type: 'MemoryPressure', status: 'True' as const },
  ];
  const away = node(
    'gone',
    { memory: '1Gi' },
    {
      status: { allocatable: { memory: '1Gi' }, conditions },
      spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
    },
  );
  const { text } = await capacity([away], { resource_type: 'memory', amount: '1Mi' });
  expect(text).toContain('takes no new pods: not ready, MemoryPressure, taint gpu:NoSchedule');
  expect(text).toContain('no node is open to new pods');
});

test('5,000 nodes: the roomiest, the fullest, the others by what is requested, and those that are closed', async () => {
  const nodes = Array.from({ length: 4_990 }, (_, index) => node(`node-${index}`, { memory: '128Gi', cpu: '32' }));
  const cordoned = Array.from({ length: 9 }, (_, index) =>
    node(`old-${index}`, { memory: '128Gi' }, { spec: { unschedulable: true } }),
  );
  const odd = node('odd', { memory: '64Gi' }, { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } });
  const pods = nodes.map(({ metadata: { name } }, index) =>
    using(`pod-${index}`, name, { memory: `${20 + (index % 60)}Gi` }),
  );
  const { text } = await capacity([...nodes, ...cordoned, odd, ...pods], { resource_type: 'memory', amount: '100Gi' });
  expect(text.split('\n')).toEqual([
    'memory on 5000 nodes: 639936Gi allocatable, 246755Gi requested by pods, 391965Gi free on the 4990 that take new pods.',
    'A pod that requests 100Gi of memory fits on 756 nodes.',
    'node-0: 128Gi allocatable, 20Gi requested (16%), 108Gi free',
    'node-60: 128Gi allocatable, 20Gi requested (16%), 108Gi free',
    'node-120: 128Gi allocatable, 20Gi requested (16%), 108Gi free',
    '501 nodes: 0-20% requested, 103Gi to 108Gi free each',
    '2162 nodes: 20-40% requested, 77Gi to 102Gi free each',
    '2075 nodes: 40-60% requested, 52Gi to 76Gi free each',
    '247 nodes: 60-80% requested, 49Gi to 51Gi free each',
    'node-4919: 128Gi allocatable, 79Gi requested (62%), 49Gi free',
    'node-4979: 128Gi allocatable, 79Gi requested (62%), 49Gi free',
    '9 nodes take no new pods: cordoned (old-0, old-1, old-2 and 6 more)',
    'odd: 64Gi allocatable, 0 requested (0%), 64Gi free; takes no new pods: taint gpu:NoSchedule',
  ]);
  expect(text.length / 4).toBeLessThanOrEqual(500);
});

test('overhead and resources of the pod as a whole count, and so does the largest init container', async () => {
  const heavy = using('heavy', 'node-a', { memory: '1Gi' });
  const spec = { ...heavy.spec, overhead: { memory: '128Mi' } };
  const whole = { ...heavy, spec: { ...heavy.spec, resources: { requests: { memory: '2Gi' } } } };
  const starting = {
    ...heavy,
    spec: {
      ...heavy.spec,
      initContainers: [{ name: 'prepare', image: 'prepare', resources: { requests: { memory: '3Gi' } } }],
    },
  };
  const only = node('node-a', { memory: '8Gi' });
  const requestedWith = async (one: typeof heavy) =>
    (await factsOf(createWorld([only, one]), 'check_node_capacity', { resource_type: 'memory' }))?.['requested'];
  expect(await requestedWith({ ...heavy, spec })).toBe(1.125 * 2 ** 30);
  expect(await requestedWith(whole)).toBe(2 * 2 ** 30);
  expect(await requestedWith(starting)).toBe(3 * 2 ** 30);
});

test('facts in cores and bytes', async () => {
  expect(await factsOf(createWorld(world), 'check_node_capacity', { resource_type: 'cpu', amount: '2' })).toEqual({
    nodes: 2,
    open_nodes: 1,
    allocatable: 12,
    requested: 1.5,
    free: 2.5,
    largest_free: 2.5,
    fits_on: 1,
  });
});

const storageClass = (name: string, more: object = {}): KubeObject => ({
  ...kinds.storageClass,
  metadata: { name },
  ...{ provisioner: 'disks.example', ...more },
});

const claim = (name: string, phase: string, storageClassName: string): KubeObject => ({
  ...kinds.persistentVolumeClaim,
  metadata: { name, namespace: 'shop' },
  ...{ spec: { storageClassName }, status: { phase } },
});

test('storage: the disks of the nodes, and what each class can still provide', async () => {
  const { text } = await capacity(
    [
      node('node-a', { 'ephemeral-storage': '100Gi' }),
      using('one', 'node-a', { 'ephemeral-storage': '30Gi' }),
      storageClass('fast', { volumeBindingMode: 'WaitForFirstConsumer', allowVolumeExpansion: true }),
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      { ...kinds.csiStorageCapacity, metadata: { name: 'a' }, ...{ storageClassName: 'fast', capacity: '40Gi' } },
      claim('data', 'Bound', 'fast'),
      claim('cache', 'Pending', 'fast'),
      claim('lost', 'Pending', 'gone'),
    ],
    { resource_type: 'storage', amount: '80Gi' },
  );
  expect(text.split('\n')).toEqual([
    "storage of the nodes' own disks on 1 node: 100Gi allocatable, 30Gi requested by pods, 70Gi free.",
    'A pod that requests 80Gi of storage fits on NO node: the most that is free on one open node is 70Gi (node-a).',
    'StorageClass fast: disks.example; binds when a pod uses the claim; volumes can grow; at most 40Gi free in one place; 1 claim waiting: shop/cache',
    'StorageClass local: kubernetes.io/no-provisioner; binds at once; volumes can NOT grow; makes no volumes, and none is free',
    'Claim shop/lost waits for StorageClass gone, which does not exist.',
    'node-a: 100Gi allocatable, 30Gi requested (30%), 70Gi free',
  ]);
});

test('says of a cluster what its nodes and pods add up to', async () => {
  const { embedded, ask: askThere } = await breakCluster('noisy-neighbour');
  const [nodes, pods] = await Promise.all([
    embedded.client.list<Node>('nodes'),
    embedded.client.list<Pod>('pods', { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }),
  ]);
  const text = await askThere('check_node_capacity', { resource_type: 'cpu' });
  expect(nodes.items.length).toBeGreaterThan(1);
  for (const { metadata, status } of nodes.items) {
    const here = pods.items.filter(({ spec }) => spec.nodeName === metadata.name);
    const requested = here
      .flatMap(({ spec }) => spec.containers)
      .reduce((sum, { resources }) => sum + (parseQuantity(resources?.requests?.['cpu'] ?? '0') ?? 0), 0);
    const line = text.split('\n').find(each => each.startsWith(`${metadata.name}: `)) ?? '';
    const [, cores = '', unit] = /, ([\d.]+)(m?) requested/.exec(line) ?? [];
    expect(Number(cores) / (unit === 'm' ? 1000 : 1)).toBeCloseTo(requested, 2);
    expect(line).toContain(`${status?.allocatable?.['cpu']} allocatable`);
  }
});
