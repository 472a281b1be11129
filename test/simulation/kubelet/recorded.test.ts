import { expect, test } from 'vitest';
import type { Deployment, KubeEvent, Pod } from '../../../src/kubernetes/objects.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import {
  distinct,
  type Moment,
  momentOf,
  neutral,
  type RecordedEvent,
  type RecordedPod,
  readRecording,
} from './recording.ts';

const cases = [
  'healthy',
  'image-tag-missing',
  'image-repository-missing',
  'image-never-pull',
  'image-name-invalid',
  'init-image-missing',
  'registry-unreachable',
  'exit-1',
  'exit-0-again-and-again',
  'out-of-memory',
  'command-not-found',
  'command-not-executable',
  'env-configmap-missing',
  'volume-configmap-missing',
  'readiness-wrong-path',
  'readiness-not-yet',
  'liveness-fails',
  'liveness-wrong-port',
  'startup-fails',
  'failed-never-restarted',
  'succeeded',
  'on-failure',
  'init-crashes',
  'sidecar-crashes',
  'memory-too-large',
  'cpu-too-large',
  'node-selector-absent',
  'deployment-never-progresses',
];

const recordedSeconds = 200;

/**
 * Seconds after which a recording hung on a hair, and what followed proves nothing. `liveness-fails`: the probe killed
 * the container in the very second in which its back-off of 20 s ran out, and so it was started at once.
 */
const chanceAfter: Record<string, number> = { 'liveness-fails': 45 };

test.each(cases)('a pod that is %s does here what it did on a real node', async name => {
  const recording = readRecording(name);
  const recorded = Object.values(recording.pods)[0]!;
  const wasPulled = recorded.events.some(({ reason }) => reason === 'Pulling');
  const images = wasPulled ? [] : ['registry.example/demo:1'];
  const cluster = await createTestCluster({ programs: [demo], syncSeconds: 2, images });
  const seen = recordHistory(cluster);
  cluster.world.setRegistry('127.0.0.1:1', false);
  await cluster.apply(recording.applied);
  await cluster.run(recordedSeconds);

  const { items } = await cluster.client.list<Pod>('pods', { namespace: 'default' });
  const pod = items[0]!;
  expect(items).toHaveLength(Object.keys(recording.pods).length);
  const until = chanceAfter[name] ?? Infinity;
  compareHistory(distinct(seen.get(pod.metadata.name)!), recorded, until);
  if (until === Infinity) expect(explanations(pod)).toEqual(explanations({ ...pod, status: recorded.final }));
  compareEvents(await cluster.eventsOf(pod.metadata.name), recorded.events);
  const owner = recording.owners?.[`Deployment/${name}`];
  if (owner) await compareDeployment(cluster, name, owner);
  cluster.stop();
});

function recordHistory(cluster: TestCluster): Map<string, Moment[]> {
  const seen = new Map<string, Moment[]>();
  cluster.client.watch<Pod>('pods', ({ object: { metadata, status } }) => {
    if (!status) return;
    const containers = status.containerStatuses;
    const moment = momentOf(cluster.seconds(), { ...status, ...(containers ? { containers } : {}) });
    seen.set(metadata.name, [...(seen.get(metadata.name) ?? []), moment]);
  });
  return seen;
}

/**
 * The recording was sampled, so it may have missed what was over within two samples and their jitter; it can't have
 * seen what didn't happen.
 */
function compareHistory(ours: Moment[], recorded: RecordedPod, until: number): void {
  const theirs = distinct(recorded.history.map(({ at, status }) => momentOf(at, status))).filter(
    ({ at }) => at < until,
  );
  const lasting = ours.filter(({ at }, i) => at < until && (ours[i + 1]?.at ?? Infinity) - at > 1.5);
  const common = withoutExtra(ours, theirs);
  expect(texts(common)).toEqual(texts(theirs));
  expect(texts(withoutExtra(theirs, lasting))).toEqual(texts(lasting));
  for (const [i, { what, at }] of theirs.entries()) {
    const lasted = at - (theirs[i - 1]?.at ?? 0);
    const ourLasted = common[i]!.at - (common[i - 1]?.at ?? 0);
    expect(Math.abs(ourLasted - lasted), `${ourLasted} s here, ${lasted} s there until ${what}`).toBeLessThan(4.5);
  }
}

function texts(moments: Moment[]): string[] {
  return moments.map(({ what }) => what);
}

/** What of `all` also occurs in `wanted`, in that order. */
function withoutExtra(all: Moment[], wanted: Moment[]): Moment[] {
  const left = texts(wanted);
  return all.filter(({ what }) => what === left[0] && left.shift() !== undefined);
}

function explanations({ status }: Pod): unknown {
  return {
    phase: status?.phase,
    conditions: (status?.conditions ?? []).map(({ type, status, reason, message }) => [type, status, reason, message]),
    containers: [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].map(
      ({ name, image, ready, started, restartCount, state, lastState }) => [
        name,
        image,
        ready,
        started,
        restartCount,
        [state, lastState].map(({ waiting, running, terminated }) => [
          waiting?.reason,
          neutral(waiting?.message ?? ''),
          running !== undefined,
          terminated?.reason,
          terminated?.exitCode,
          terminated?.message,
        ]),
      ],
    ),
  };
}

function compareEvents(ours: KubeEvent[], theirs: RecordedEvent[]): void {
  const here = countEvents(ours.map(event => ({ ...event, field: event.involvedObject.fieldPath })));
  const there = countEvents(theirs);
  expect([...here.keys()].sort()).toEqual([...there.keys()].sort());
  for (const [text, count] of there) {
    const mine = here.get(text)!;
    // How often the kubelet looked in between depends on its jitter; how often it acted doesn't.
    const slack = /^\w+ (Created|Started|Killing) /.test(text) ? 1 : Math.max(3, count * 0.4);
    expect(Math.abs(mine - count), `${mine} times here, ${count} times there: ${text}`).toBeLessThanOrEqual(slack);
  }
}

type Counted = Pick<RecordedEvent, 'type' | 'reason' | 'message'> & { count?: number; field?: string | undefined };

/** A scheduler's repetition is an event of its own: there the last count is the whole count. */
function countEvents(events: Counted[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, reason, message, field = '', count = 1 } of events) {
    counts.set(`${type} ${reason} ${field} ${neutral(message)}`, count);
  }
  return counts;
}

async function compareDeployment(
  cluster: TestCluster,
  name: string,
  recorded: { status: Deployment['status']; events: RecordedEvent[] },
): Promise<void> {
  const deployment = await cluster.client.get<Deployment>('deployments.apps', name, 'default');
  const conditions = (status: Deployment['status']) =>
    (status?.conditions ?? []).map(({ type, status, reason, message }) => [
      type,
      status,
      reason,
      neutral(message ?? ''),
    ]);
  expect(conditions(deployment?.status)).toEqual(conditions(recorded.status));
  const counts = ({ conditions: _, ...rest }: NonNullable<Deployment['status']>) => ({
    terminatingReplicas: 0,
    ...rest,
  });
  expect(counts(deployment!.status!)).toEqual(counts(recorded.status!));
  compareEvents(await cluster.eventsOf(name), recorded.events);
}
