import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DaemonSet, Job, StatefulSet } from '../../../src/kubernetes/kinds/workloads.ts';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { canonicalJson } from '../../../src/lib/hash.ts';
import { ignoreGone } from '../../../src/simulation/controllers/gone.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

const isStaying = ({ metadata }: Pod) => metadata.deletionTimestamp === undefined;
const args = fc.constantFrom(['run'], ['run', 'again'], ['run', 'anew'], ['stuck'], ['fail', '2']);
const edit = fc.oneof(
  fc.record({ kind: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ kind: fc.constant('template' as const), args }),
  fc.record({ kind: fc.constant('delete' as const), index: fc.nat(9) }),
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;
const story = fc.array(fc.record({ edit, seconds: fc.integer({ min: 0, max: 12 }) }), { maxLength: 7 });

/** Looks at all pods twice in every second. */
async function watchFor(stage: Stage, seconds: number, look: (pods: Pod[]) => void): Promise<void> {
  for (let i = 0; i < seconds * 2; i++) {
    await stage.run(0.5);
    look(await stage.list<Pod>('pods'));
  }
}

async function act(stage: Stage, resource: string, one: Edit): Promise<void> {
  if (one.kind === 'scale') await stage.patch(resource, 'web', { spec: { replicas: one.replicas } });
  else if (one.kind === 'template')
    await stage.patch(resource, 'web', { spec: { template: templateOf('web', one.args) } });
  else {
    const pods = await stage.list<Pod>('pods');
    const pod = pods[one.index % Math.max(1, pods.length)];
    // It may end by itself between the look and this.
    if (pod) await remove(stage, pod);
  }
}

async function remove(stage: Stage, { metadata }: Pod): Promise<void> {
  await stage.client.delete({ resource: 'pods', name: metadata.name, namespace: 'default' }).catch(ignoreGone);
}

const selector = { matchLabels: { app: 'web' } };
const make = (kind: string, spec: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web' },
  spec: { selector, ...spec },
});

test('whatever is done to a StatefulSet, its pods keep their order, and in the end all are as they should be', async () => {
  await fc.assert(
    fc.asyncProperty(story, async steps => {
      const stage = createStage();
      await stage.create('statefulsets.apps', make('StatefulSet', { replicas: 2, template: templateOf('web') }));
      // A pod that is new comes only after those before it were there, each once.
      let known = new Set<string>();
      const look = (pods: Pod[]) => {
        const names = pods.map(({ metadata }) => metadata.name);
        expect(new Set(names).size).toBe(names.length);
        const starting = pods.filter(pod => isStaying(pod) && !isReady(pod) && !known.has(pod.metadata.uid ?? ''));
        expect(starting.length).toBeLessThanOrEqual(1);
        known = new Set(pods.map(({ metadata }) => metadata.uid ?? ''));
      };
      for (const { edit: one, seconds } of steps) {
        await act(stage, 'statefulsets.apps', one);
        await watchFor(stage, seconds, look);
      }
      await stage.patch('statefulsets.apps', 'web', { spec: { replicas: 3, template: templateOf('web') } });
      // One that crashes again and again is ready now and then: a single look may miss it.
      for (let round = 0; round < 3; round++) {
        for (const pod of await stage.pods()) if (!isReady(pod)) await remove(stage, pod);
        await watchFor(stage, 20, look);
      }
      const { status } = await stage.get<StatefulSet>('statefulsets.apps', 'web');
      expect(status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
      expect((await stage.pods()).map(({ metadata }) => metadata.name)).toEqual(['web-0', 'web-1', 'web-2']);
      stage.stop();
    }),
    { numRuns: 12 },
  );
});

test('whatever is done to a DaemonSet, no node has more than it may, and in the end each has one', async () => {
  const bounds = fc.constantFrom(
    { maxUnavailable: 1, maxSurge: 0 },
    { maxUnavailable: 0, maxSurge: 1 },
    { maxUnavailable: 2, maxSurge: 0 },
  );
  await fc.assert(
    fc.asyncProperty(story, bounds, async (steps, rollingUpdate) => {
      const stage = createStage();
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
      await stage.create('daemonsets.apps', make('DaemonSet', { template: templateOf('web'), updateStrategy }));
      const look = (pods: Pod[]) => {
        // While it surges, a node has a new pod at once for one that has failed, as on a real cluster.
        const running = pods.filter(pod => isStaying(pod) && pod.status?.phase !== 'Failed');
        const nodes = running.map(({ spec }) => spec.nodeName ?? '');
        for (const node of nodes) {
          const count = nodes.filter(one => one === node).length;
          expect(count).toBeLessThanOrEqual(node === '' ? 3 : 1 + rollingUpdate.maxSurge);
        }
      };
      for (const { edit: one, seconds } of steps) {
        if (one.kind !== 'scale') await act(stage, 'daemonsets.apps', one);
        await watchFor(stage, seconds, look);
      }
      await stage.patch('daemonsets.apps', 'web', { spec: { template: templateOf('web') } });
      await watchFor(stage, 150, look);
      const { status } = await stage.get<DaemonSet>('daemonsets.apps', 'web');
      expect(status).toMatchObject({ desiredNumberScheduled: 3, numberAvailable: 3, updatedNumberScheduled: 3 });
      expect((await stage.list('pods')).length).toBe(3);
      stage.stop();
    }),
    { numRuns: 8 },
  );
});

test('a job never has more pods at once than it may, and counts each that ends exactly once', async () => {
  const spec = fc.record({
    completions: fc.integer({ min: 1, max: 5 }),
    parallelism: fc.integer({ min: 1, max: 4 }),
    completionMode: fc.constantFrom('NonIndexed', 'Indexed'),
    podReplacementPolicy: fc.constantFrom('Failed', 'TerminatingOrFailed'),
  });
  const deletions = fc.array(fc.record({ after: fc.nat(8), index: fc.nat(5) }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(spec, deletions, async (given, deleted) => {
      const stage = createStage();
      const template = templateOf('web', ['succeed', '4'], 'Never');
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'web' }, spec: { ...given, template } };
      await stage.create('jobs.batch', job);
      const look = (pods: Pod[]) => {
        const active = pods.filter(({ status, metadata }) => {
          const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
          return !isOver && (given.podReplacementPolicy === 'Failed' || metadata.deletionTimestamp === undefined);
        });
        expect(active.length).toBeLessThanOrEqual(given.parallelism);
      };
      for (const { after, index } of deleted) {
        await watchFor(stage, after, look);
        await act(stage, 'jobs.batch', { kind: 'delete', index });
      }
      await watchFor(stage, 200, look);
      const { status } = await stage.get<Job>('jobs.batch', 'web');
      expect(status).toMatchObject({ succeeded: given.completions, uncountedTerminatedPods: {} });
      expect(status?.conditions?.map(({ type }) => type)).toEqual(['SuccessCriteriaMet', 'Complete']);
      stage.stop();
    }),
    { numRuns: 12 },
  );
});

test('nothing outlives the last of its owners, however they are deleted', async () => {
  const policy = fc.constantFrom('Background' as const, 'Foreground' as const, undefined);
  const owners = fc.array(fc.array(fc.nat(20), { maxLength: 2 }), { minLength: 3, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      owners,
      fc.array(fc.record({ index: fc.nat(11), policy }), { maxLength: 8 }),
      async (graph, deletions) => {
        const stage = createStage({ nodes: [] });
        const made: KubeObject[] = [];
        for (const [index, of] of graph.entries()) {
          const chosen = [...new Set(of.map(one => one % Math.max(1, index)))].filter(one => one < index);
          const ownerReferences = chosen.map(one => {
            const { name, uid = '' } = made[one]!.metadata;
            return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion: true };
          });
          const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${index}`, ownerReferences } };
          made.push(await stage.create<KubeObject>('configmaps', object));
        }
        for (const { index, policy: propagationPolicy } of deletions) {
          const target = { resource: 'configmaps', name: `map-${index}`, namespace: 'default' };
          await stage.client.delete(target, propagationPolicy ? { propagationPolicy } : {}).catch(() => undefined);
        }
        await stage.run(5);
        const left = (await stage.list('configmaps')).filter(({ metadata }) => metadata.name.startsWith('map-'));
        const uids = new Set(left.map(({ metadata }) => metadata.uid));
        for (const { metadata } of left) {
          expect(metadata.deletionTimestamp).toBeUndefined();
          const references = metadata.ownerReferences ?? [];
          expect(references.every(({ uid }) => uids.has(uid))).toBe(true);
          const before = made.find(one => one.metadata.uid === metadata.uid)?.metadata.ownerReferences ?? [];
          expect(before.length === 0 || references.length > 0).toBe(true);
        }
        stage.stop();
      },
    ),
    { numRuns: 40 },
  );
});

test('two runs of the same story leave the same bytes', async () => {
  async function tell(): Promise<string> {
    const stage = createStage();
    await stage.create('statefulsets.apps', make('StatefulSet', { replicas: 2, template: templateOf('web') }));
    await stage.create('daemonsets.apps', make('DaemonSet', { template: templateOf('web', ['fail', '3']) }));
    const jobTemplate = { spec: { completions: 2, template: templateOf('tick', ['succeed', '2'], 'Never') } };
    const cronJob = { schedule: '* * * * *', jobTemplate };
    const object = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' }, spec: cronJob };
    await stage.create('cronjobs.batch', object);
    await stage.run(100);
    await act(stage, 'statefulsets.apps', { kind: 'template', args: ['run', 'again'] });
    await act(stage, 'statefulsets.apps', { kind: 'delete', index: 1 });
    await stage.run(200);
    const resources = [
      'statefulsets.apps',
      'daemonsets.apps',
      'controllerrevisions.apps',
      'cronjobs.batch',
      'jobs.batch',
    ];
    const lists = await Promise.all([...resources, 'pods', 'events'].map(resource => stage.list(resource)));
    stage.stop();
    return canonicalJson(lists);
  }
  const [first, second] = [await tell(), await tell()];
  expect(first.length).toBeGreaterThan(10_000);
  expect(second).toBe(first);
});
