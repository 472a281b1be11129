import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { createWorld } from './world.ts';

/** What an API server may leave out, it leaves out at some time: no tool may count on it. */

const lists = [
  ...['pod', 'service', 'configMap', 'event', 'deployment', 'replicaSet', 'statefulSet', 'daemonSet', 'job', 'cronJob'],
  ...['controllerRevision', 'endpointSlice', 'ingress', 'networkPolicy', 'persistentVolumeClaim', 'storageClass'],
  ...['node', 'namespace'],
] as (keyof typeof kinds)[];

type Question = [tool: string, args: Record<string, unknown>];

const ofOne = ['get_workload', 'get_service', 'get_network_policies', 'get_config', 'get_pod_status', 'list_events'];
const ofAll = ['get_volume_claims', 'get_network_policies', 'get_pod_status', 'list_pods', 'check_resource_quotas'];

const questions: Question[] = [
  ...['web', 'api', 'database', 'settlement', 'nobody'].flatMap(name =>
    [...ofOne, 'get_deployment_history'].map((tool): Question => [tool, { namespace: 'clinic', name }]),
  ),
  ...ofAll.map((tool): Question => [tool, { namespace: 'clinic' }]),
  ['get_node', { name: 'node-b' }],
  ['check_node_capacity', { resource_type: 'storage' }],
];

test('objects with holes in their status and metadata are answered about all the same', {
  timeout: 60_000,
}, async () => {
  const { cluster } = await breakCluster('class-that-is-gone', 100_000);
  const read = await Promise.all(
    lists.map(async kind => (await cluster.list(kinds[kind])).items.map(item => ({ ...item, ...kinds[kind] }))),
  );
  const objects = read.flat();
  expect(objects.length).toBeGreaterThan(50);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...questions),
      fc.integer(),
      fc.integer({ min: 2, max: 60 }),
      async ([tool, args], seed, share) => {
        const random = sequence(seed);
        const world = createWorld(objects.map(object => withHoles(object, () => random() * 100 < share)));
        const { text, isError } = await ask(world, tool, args);
        expect({ text, isError }).toMatchObject({ isError: false });
        expect(text).not.toMatch(/undefined|NaN|\[object/);
      },
    ),
    { numRuns: 120 },
  );
});

/** Without some of what is optional: anything in a status but the elements of lists, anything in metadata but names. */
function withHoles(object: KubeObject, drop: () => boolean): KubeObject {
  const { name, namespace, uid, ...rest } = object.metadata;
  const metadata = { name, ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}), ...pruned(rest, drop) };
  const holed = { ...object, metadata } as KubeObject & { status?: object };
  if (holed.status && typeof holed.status === 'object') holed.status = pruned(holed.status, drop);
  return holed;
}

const needed = new Set([
  'name',
  'type',
  'status',
  'kind',
  'exitCode',
  'restartCount',
  'ready',
  'key',
  'effect',
  'uid',
  'apiVersion',
  'controller',
]);

function pruned<T extends object>(value: T, drop: () => boolean): T {
  const kept = Object.entries(value).filter(([key]) => needed.has(key) || !drop());
  const inner = kept.map(([key, each]) => [key, Array.isArray(each) ? each.map(element) : element(each)]);
  function element(each: unknown): unknown {
    return typeof each === 'object' && each !== null && !Array.isArray(each) ? pruned(each, drop) : each;
  }
  return Object.fromEntries(inner) as T;
}

/** The same numbers for the same seed. */
function sequence(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
