import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { asking, createStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = createStage();
});
afterEach(() => stage.stop());

const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';
const useless = (reason: string, preemption: string) =>
  `0/1 nodes are available: 1 ${reason}. no new claims to deallocate, preemption: 0/1 nodes are available: 1 ${preemption}.`;

type Spec = Partial<Pod['spec']>;

const nodeTerm = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt', values: string[]): Spec => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'size', operator, values }] }],
      },
    },
  },
});

test.each([
  ['In', nodeTerm('In', ['7', '8']), true],
  ['In, elsewhere', nodeTerm('In', ['9']), false],
  ['NotIn', nodeTerm('NotIn', ['7']), false],
  ['Exists', nodeTerm('Exists', []), true],
  ['DoesNotExist', nodeTerm('DoesNotExist', []), false],
  ['Gt', nodeTerm('Gt', ['6']), true],
  ['Gt, equal', nodeTerm('Gt', ['7']), false],
  ['Lt', nodeTerm('Lt', ['8']), true],
])('a node affinity with %s', async (_, spec, fits) => {
  await stage.node('a', { labels: { size: '7' } });
  await stage.pod('one', spec);
  await stage.run(2);
  expect(await stage.nodeOf('one')).toBe(fits ? 'a' : undefined);
  const message = useless(
    "node(s) didn't match Pod's node affinity/selector",
    'Preemption is not helpful for scheduling',
  );
  if (!fits) expect(await stage.refusal('one')).toBe(message);
});

test('a preferred node wins over an emptier one, and a shunned one is the last resort', async () => {
  await stage.node('a', { spec: { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] } });
  await stage.node('b', { allocatable: { memory: '2Gi' } });
  await stage.node('c', { labels: { disk: 'ssd' }, allocatable: { memory: '1Gi' } });
  const preference = { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] };
  const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, preference }] };
  await stage.pod('picky', asking({ memory: '600Mi' }, { affinity: { nodeAffinity } }));
  await stage.run(2);
  await stage.pod('plain', asking({ memory: '600Mi' }));
  await stage.run(2);
  expect([await stage.nodeOf('picky'), await stage.nodeOf('plain')]).toEqual(['c', 'b']);
});

test('pods that keep away from each other go to different nodes, and one too many says why', async () => {
  await stage.node('a');
  await stage.node('b');
  const term = { topologyKey: hostname, labelSelector: { matchLabels: { app: 'db' } } };
  const spec: Spec = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  for (const name of ['one', 'two', 'three']) await stage.pod(name, spec, { app: 'db' });
  await stage.run(2);
  expect(new Set([await stage.nodeOf('one'), await stage.nodeOf('two')])).toEqual(new Set(['a', 'b']));
  expect(await stage.refusal('three')).toBe(
    "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, " +
      'preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
  );
  await stage.pod('other', {}, { app: 'db' });
  await stage.run(2);
  expect(await stage.refusal('other')).toMatch(/2 node\(s\) didn't satisfy existing pods anti-affinity rules/);
  const gone = await stage.nodeOf('one');
  await stage.delete('one');
  await stage.run(15);
  expect([await stage.nodeOf('three'), await stage.nodeOf('other')]).toContain(gone);
});

test('a pod follows another one into its zone; the first of its kind may start anywhere', async () => {
  await stage.node('a', { labels: { [zone]: 'z1' } });
  await stage.node('b', { labels: { [zone]: 'z2' } });
  const near = (app: string): Spec => ({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: zone, labelSelector: { matchLabels: { app } } },
        ],
      },
    },
  });
  await stage.pod('lonely', near('nobody'), { app: 'lonely' });
  await stage.pod('first', near('web'), { app: 'web' });
  await stage.run(2);
  await stage.pod('second', near('web'), { app: 'web' });
  await stage.run(2);
  expect(await stage.nodeOf('second')).toBe(await stage.nodeOf('first'));
  expect(await stage.refusal('lonely')).toMatch(/2 node\(s\) didn't match pod affinity rules/);
});

test('a spread that must hold keeps the skew', async () => {
  await stage.node('a', { labels: { [zone]: 'z1' } });
  await stage.node('b', { labels: { [zone]: 'z2' }, allocatable: { pods: '2' } });
  await stage.node('c');
  const labelSelector = { matchLabels: { app: 'web' } };
  const rule = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule' as const, labelSelector };
  for (const name of ['1', '2', '3', '4', '5', '6'])
    await stage.pod(`web-${name}`, { topologySpreadConstraints: [rule] }, { app: 'web' });
  await stage.run(5);
  const nodes = await Promise.all(['1', '2', '3', '4', '5', '6'].map(name => stage.nodeOf(`web-${name}`)));
  expect(nodes.filter(node => node === 'a')).toHaveLength(3);
  expect(nodes.filter(node => node === 'b')).toHaveLength(2);
  const message = await stage.refusal(`web-${nodes.indexOf(undefined) + 1}`);
  expect(message).toMatch(/1 Too many pods/);
  expect(message).toMatch(/1 node\(s\) didn't match pod topology spread constraints \(missing required label\)/);
});

test('one port of a node is taken once', async () => {
  await stage.node('a');
  const spec = (hostPort: number): Spec => ({
    containers: [{ name: 'main', image: 'registry.example/demo:1', ports: [{ containerPort: 80, hostPort }] }],
  });
  await stage.pod('one', spec(8080));
  await stage.pod('two', spec(8080));
  await stage.pod('three', spec(8081));
  await stage.run(2);
  expect([await stage.nodeOf('one'), await stage.nodeOf('two'), await stage.nodeOf('three')]).toEqual([
    'a',
    undefined,
    'a',
  ]);
  expect(await stage.refusal('two')).toBe(
    useless(
      "node(s) didn't have free ports for the requested pod ports",
      'No preemption victims found for incoming pod',
    ),
  );
});

test('any resource that is asked for has to be there', async () => {
  await stage.node('a', { allocatable: { 'example.com/gpu': '1' } });
  const limits = { 'example.com/gpu': '1' };
  const main = { name: 'main', image: 'registry.example/demo:1', resources: { requests: limits, limits } };
  await stage.pod('one', { containers: [main] });
  await stage.pod('two', { containers: [main] });
  await stage.run(2);
  expect(await stage.nodeOf('one')).toBe('a');
  expect(await stage.refusal('two')).toMatch(/1 Insufficient example.com\/gpu\./);
});

test('a pod that is gated waits, and one for another scheduler is none of ours', async () => {
  await stage.node('a');
  await stage.pod('gated', { schedulingGates: [{ name: 'example.com/not-yet' }] });
  await stage.pod('foreign', { schedulerName: 'somebody-else' });
  await stage.run(2);
  expect([await stage.nodeOf('gated'), await stage.nodeOf('foreign')]).toEqual([undefined, undefined]);
});
