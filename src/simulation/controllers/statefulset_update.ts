import type { StatefulSet, StatefulSetStatus } from '../../kubernetes/kinds/workloads.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { ApiError } from '../api/client.ts';
import { inGrowingBatches } from './pod_control.ts';
import { isAvailable, isOver } from './pods.ts';
import type { StatefulPodControl } from './statefulset_control.ts';
import {
  firstOrdinal,
  isCreated,
  isInRange,
  isRunningAndReady,
  isTerminating,
  isUnavailable,
  ordinalIn,
  plannedPod,
  revisionOfPod,
  type Templates,
} from './statefulset_pods.ts';
import { countPods } from './statefulset_status.ts';

export interface StatefulRound {
  set: StatefulSet;
  templates: Templates;
  pods: Pod[];
  now: number;
}

export interface StatefulResult {
  counts: Pick<StatefulSetStatus, 'replicas'> & Partial<StatefulSetStatus>;
  /** What the API refused. */
  failure?: ApiError;
}

/** Whether the round has to end here: in order, nothing is done before what comes first is as it should be. */
type Blocked = boolean;

/**
 * One round: replicas first, in the order of their ordinals, then those that are too many, from the last one on, then
 * those of an old template, from the last one on. Without an order (`Parallel`) nobody waits for anybody.
 */
export async function updateStatefulSet(control: StatefulPodControl, round: StatefulRound): Promise<StatefulResult> {
  const { set, templates, pods, now } = round;
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel';
  const replicas = replicasOf(round);
  const condemned = pods
    .filter(pod => ordinalIn(set, pod) >= 0 && !isInRange(set, pod))
    .sort((a, b) => ordinalIn(set, b) - ordinalIn(set, a));
  const firstUnavailable = [...replicas, ...condemned.toReversed()].find(pod => isUnavailable(set, pod, now));
  const count = (all: Pod[]) => countPods(set, templates, all, now);
  if (set.metadata.deletionTimestamp !== undefined) return { counts: count(pods) };
  const phases: [Pod[], (pod: Pod) => Promise<Blocked>][] = [
    [replicas, pod => keep(control, round, pod, isOrdered)],
    [condemned, pod => control.mendClaims(set, pod).then(() => false)],
    [condemned, pod => condemn(control, round, pod, isOrdered ? { firstUnavailable } : undefined)],
  ];
  for (const [group, act] of phases) {
    const ended = await forAll(group, act, isOrdered);
    if (ended) return { counts: count([...replicas, ...condemned]), ...ended };
  }
  const counts = count([...replicas, ...condemned]);
  if (set.spec.updateStrategy?.type === 'OnDelete') return { counts };
  return replaceOld(control, round, replicas, counts);
}

function replicasOf({ set, templates, pods }: StatefulRound): Pod[] {
  const byOrdinal = new Map(pods.map(pod => [ordinalIn(set, pod), pod]));
  return Array.from({ length: set.spec.replicas ?? 1 }, (_, index) => {
    const ordinal = firstOrdinal(set) + index;
    return byOrdinal.get(ordinal) ?? plannedPod(set, templates, ordinal);
  });
}

async function forAll(
  group: Pod[],
  act: (pod: Pod) => Promise<Blocked>,
  isOrdered: boolean,
): Promise<{ failure?: ApiError } | undefined> {
  if (!isOrdered) {
    const failure = await inGrowingBatches(group.length, index => act(group[index]!));
    return failure && { failure };
  }
  try {
    for (const pod of group) if (await act(pod)) return {};
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return { failure: error };
    throw error;
  }
}

async function keep(control: StatefulPodControl, round: StatefulRound, pod: Pod, isOrdered: boolean): Promise<Blocked> {
  const { set, now } = round;
  if (isOver(pod)) {
    if (!isTerminating(pod)) await control.delete(set, pod);
    return true;
  }
  if (!isCreated(pod)) {
    if (control.hasStaleClaim(set, pod)) return true;
    await control.create(set, pod);
    return isOrdered;
  }
  if (pod.status?.phase === 'Pending') {
    await control.createClaims(set, pod);
    await control.mendClaims(set, pod);
  }
  const isSettled = isRunningAndReady(pod) && isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
  if (isOrdered && (isTerminating(pod) || !isSettled)) return true;
  if (!isTerminating(pod)) await control.mend(set, pod);
  return false;
}

async function condemn(
  control: StatefulPodControl,
  { set, now }: StatefulRound,
  pod: Pod,
  order: { firstUnavailable: Pod | undefined } | undefined,
): Promise<Blocked> {
  if (isTerminating(pod)) return order !== undefined;
  if (order && isUnavailable(set, pod, now) && pod !== order.firstUnavailable) return true;
  await control.delete(set, pod);
  return true;
}

/** From the last one on, one after the other: what is unavailable holds up those before it. */
async function replaceOld(
  control: StatefulPodControl,
  { set, templates, now }: StatefulRound,
  replicas: Pod[],
  counts: StatefulResult['counts'],
): Promise<StatefulResult> {
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let index = replicas.length - 1; index >= partition; index--) {
    const pod = replicas[index]!;
    if (revisionOfPod(pod) !== templates.update.metadata.name && !isTerminating(pod)) {
      const failure = await inGrowingBatches(1, () => control.delete(set, pod));
      if (failure) return { counts, failure };
      return { counts: { ...counts, currentReplicas: (counts.currentReplicas ?? 0) - 1 } };
    }
    if (isUnavailable(set, pod, now)) return { counts };
  }
  return { counts };
}
