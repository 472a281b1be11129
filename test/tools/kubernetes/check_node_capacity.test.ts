import { expect, test } from 'vitest';
import { ask } from './ask.ts';
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
  const disk = await capacity(world, { resource_type: 'disk' });
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

test('300 nodes stay within the bound, roomiest first', async () => {
  const nodes = Array.from({ length: 300 }, (_, index) =>
    node(`node-${index}`, { memory: `${index + 1}Gi`, cpu: '1' }),
  );
  const { text } = await capacity(nodes, { resource_type: 'memory' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text.split('\n')[1]).toContain('node-299: 300Gi allocatable');
  expect(text).toMatch(/\d+ more left out/);
});
