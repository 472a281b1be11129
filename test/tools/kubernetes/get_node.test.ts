import { expect, test } from 'vitest';
import type { Node, Pod } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, event, node, pod } from './world.ts';

const look = async (objects: Parameters<typeof createWorld>[0], name = 'node-a') =>
  (await ask(createWorld(objects), 'get_node', { name })).text;

function wellNode(more: Partial<Node> = {}): Node {
  const made = node('node-a', { memory: '8Gi', cpu: '4', pods: '20' });
  return {
    ...made,
    ...more,
    metadata: {
      name: 'node-a',
      creationTimestamp: ago(86_400 * 30),
      labels: { 'topology.kubernetes.io/zone': 'east', 'node-role.kubernetes.io/worker': '' },
      ...more.metadata,
    },
    status: {
      ...made.status,
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: 'True', lastTransitionTime: ago(86_400 * 3) },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.36.0',
        containerRuntimeVersion: 'containerd://2.1',
        osImage: 'Debian',
        architecture: 'arm64',
      },
      ...more.status,
    },
  };
}

const using = (name: string, requests: Record<string, string>) => pod(name, { container: { resources: { requests } } });

test('a node that is well: what is requested of it, what it is, nothing of pods that are elsewhere', async () => {
  const objects = [
    wellNode(),
    using('one', { memory: '2Gi', cpu: '500m' }),
    pod('two', { node: 'node-b', ready: false }),
  ];
  expect((await look(objects)).split('\n')).toEqual([
    'Node node-a is ready, for 3d.',
    '1 pod on it, all well.',
    'Requested: memory 2Gi of 8Gi (25%); cpu 500m of 4 (13%); pods 1 of 20.',
    'kubelet v1.36.0, containerd://2.1, Debian arm64, zone east, role worker, made 30d ago.',
  ]);
  expect(await factsOf(createWorld(objects), 'get_node', { name: 'node-a' })).toEqual({
    ready: 'True',
    cordoned: false,
    conditions: [],
    taints: [],
    pods: 1,
    pods_in_trouble: 0,
    memory_requested_percent: 25,
    cpu_requested_percent: 13,
  });
});

test('pressure, who cordoned it, taints, and which of its pods suffer', async () => {
  const conditions = [
    { type: 'Ready', status: 'True' as const, lastTransitionTime: ago(500) },
    {
      type: 'DiskPressure',
      status: 'True' as const,
      reason: 'KubeletHasDiskPressure',
      message: 'kubelet has disk pressure',
      lastTransitionTime: ago(300),
    },
  ];
  const spec = {
    unschedulable: true,
    taints: [
      { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
    ],
  };
  const managedFields = [
    { manager: 'kubectl-cordon', time: ago(240), fieldsV1: { 'f:spec': { 'f:unschedulable': {} } } },
  ];
  const evicted = pod('web-r2-a', { owner: 'web', phase: 'Failed', ready: false });
  evicted.status!.reason = 'Evicted';
  evicted.status!.message = 'The node was low on resource: ephemeral-storage.';
  const told = event(
    { kind: 'Node', name: 'node-a' },
    { reason: 'EvictionThresholdMet', message: 'Attempting to reclaim ephemeral-storage', count: 7 },
  );
  const text = await look([
    wellNode({ spec, status: { conditions }, metadata: { name: 'node-a', managedFields } }),
    evicted,
    told,
  ]);
  expect(text.split('\n').slice(0, 6)).toEqual([
    'Node node-a is ready, for 8m.',
    'DiskPressure for 5m (KubeletHasDiskPressure: kubelet has disk pressure).',
    'Cordoned 4m ago by kubectl-cordon: it takes no new pods.',
    'Taints: gpu=yes:NoSchedule.',
    '1 pod on it, 1 not (of shop/web).',
    '1 pod not well (shop/web-r2-a): Evicted: The node was low on resource: ephemeral-storage.',
  ]);
  expect(text).toContain('Warning EvictionThresholdMet x7, last 20s ago: Attempting to reclaim ephemeral-storage');
});

test('a node that is not there, and one that never told how it is', async () => {
  expect(await look([wellNode()], 'node-aa')).toBe('There is no node "node-aa". Nodes: node-a.');
  expect(await look([wellNode({ status: { conditions: [] } })])).toContain('Node node-a has not told how it is yet.');
});

test('five hundred broken pods stay within the bound, in three requests', async () => {
  const pods = Array.from({ length: 500 }, (_, index) =>
    pod(`p-${index}`, {
      ready: false,
      state: { waiting: { reason: `R${'abcdefgh'[index % 8]}`, message: 'y'.repeat(400) } },
    }),
  );
  const world = createWorld([wellNode(), ...pods]);
  const { text } = await ask(world, 'get_node', { node: 'node-a' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toContain('500 pods on it, 500 not');
  expect(text).toContain('and 4 other troubles');
  expect(world.requests()).toBeLessThanOrEqual(3);
});

test('in a cluster: a node that fell silent, since when, and what that means for its pods', async () => {
  const { ask: inCluster, embedded } = await breakCluster('node-that-fell-silent', 0);
  const text = await inCluster('get_node', { name: 'node-b' });
  expect(text).toMatch(/Node node-b is NOT ready: Ready is Unknown for \dm \(NodeStatusUnknown: /);
  expect(text).toContain('Its kubelet is silent');
  expect(text).toContain('node.kubernetes.io/unreachable:NoExecute; NoExecute drives pods away');
  const { items } = await embedded.client.list<Pod>('pods');
  const on = items.filter(({ spec }) => spec.nodeName === 'node-b').length;
  expect(text).toContain(`${on} pods on it, ${on} not (of `);
  expect(text).toContain('its node node-b may have fallen silent');
  expect(await inCluster('get_node', { name: 'node-a' })).toContain('Node node-a is ready');
});
