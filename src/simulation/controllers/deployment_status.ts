import type { Condition, Deployment, ReplicaSet } from '../../kubernetes/objects.ts';
import { conditionOf, progressing, withCondition, without } from './deployment_conditions.ts';
import { boundsOf } from './rollout_bounds.ts';

type Status = NonNullable<Deployment['status']>;

/** A deployment and its ReplicaSets. */
export interface Observed {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  old: ReplicaSet[];
}

/** Longer than this, and there is no deadline and no limit. */
const unlimited = 2 ** 31 - 1;

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== unlimited;
}

/** What the counts say, without a word about progress: while it is paused, scaled or deleted. */
export function plainStatus({ deployment, current, old }: Observed, now: number): Status {
  const counts = countsOf(current ? [...old, current] : old, current);
  const { collisionCount, conditions = [] } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...withoutZeros(counts),
    ...terminatingIn(current ? [...old, current] : old),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(conditions, availability(deployment, counts.availableReplicas), now),
  };
}

/** The status while a rollout is under way, or was. */
export function rolloutStatus(observed: Observed, now: number): Status {
  const { deployment, current, old } = observed;
  const status = plainStatus(observed, now);
  let conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) conditions = without(conditions, 'Progressing');
  else conditions = withProgress(observed, status, now);
  const failure = [...(current ? [current] : []), ...old]
    .flatMap(one => one.status?.conditions ?? [])
    .find(({ type }) => type === 'ReplicaFailure');
  conditions = failure ? withCondition(conditions, failure, now) : without(conditions, 'ReplicaFailure');
  return { ...status, conditions };
}

function withProgress({ deployment, current }: Observed, status: Status, now: number): Condition[] {
  const { conditions = [] } = status;
  const before = conditionOf(conditions, 'Progressing');
  const isDone =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable';
  if (isDone) return conditions;
  const who = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const condition = progressing('True', 'NewReplicaSetAvailable', `${who} has successfully progressed.`);
    return withCondition(conditions, condition, now);
  }
  if (hasProgressed(deployment, status)) {
    // Renewed even when it says the same again: that is what puts the deadline off.
    const condition = progressing('True', 'ReplicaSetUpdated', `${who} is progressing.`);
    const since = before?.status === 'True' ? { lastTransitionTime: before.lastTransitionTime ?? '' } : {};
    return withCondition(without(conditions, 'Progressing'), { ...condition, ...since }, now);
  }
  if (!hasTimedOut(deployment, before, now)) return conditions;
  const condition = progressing('False', 'ProgressDeadlineExceeded', `${who} has timed out progressing.`);
  return withCondition(conditions, condition, now);
}

/** Milliseconds until the deadline of a rollout that is under way. */
export function untilDeadline(deployment: Deployment, status: Status, now: number): number | undefined {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (!hasDeadline(deployment) || !condition || deployment.spec.paused) return undefined;
  // One that had come to its end is no rollout any more, also when its pods are ill now.
  const isOver = ['ProgressDeadlineExceeded', 'NewReplicaSetAvailable'].includes(condition.reason ?? '');
  if (isComplete(deployment, status) || isOver) return undefined;
  const deadline = (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
  return Math.max(1, Date.parse(condition.lastUpdateTime ?? '') + deadline + 1000 - now);
}

/** A count of nothing isn't written: that is how Kubernetes leaves it out. */
export function withoutZeros<T extends object>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)) as Partial<T>;
}

export function isComplete(deployment: Deployment, counts: Partial<Status>): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = counts;
  return (
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted &&
    observedGeneration >= (deployment.metadata.generation ?? 1)
  );
}

function countsOf(all: ReplicaSet[], current: ReplicaSet | undefined) {
  const sum = (of: (one: ReplicaSet) => number | undefined) => all.reduce((total, one) => total + (of(one) ?? 0), 0);
  const availableReplicas = sum(one => one.status?.availableReplicas);
  return {
    replicas: sum(one => one.status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(one => one.status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, sum(one => one.spec.replicas ?? 1) - availableReplicas),
  };
}

/** Not told while one of the ReplicaSets has been looked at by somebody who doesn't count them. */
function terminatingIn(all: ReplicaSet[]): { terminatingReplicas?: number } {
  const counts = all.map(({ status }) => status?.terminatingReplicas ?? (status?.observedGeneration ? undefined : 0));
  if (counts.includes(undefined)) return {};
  return { terminatingReplicas: counts.reduce<number>((sum, count) => sum + (count ?? 0), 0) };
}

function availability(deployment: Deployment, available: number): Condition {
  const { replicas, maxUnavailable } = boundsOf(deployment);
  return available >= replicas - maxUnavailable
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function hasProgressed({ status: before = {} }: Deployment, now: Status): boolean {
  const oldOf = ({ replicas = 0, updatedReplicas = 0 }: Status) => replicas - updatedReplicas;
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldOf(now) < oldOf(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** A rollout that was complete doesn't time out when pods are lost later: nothing is being rolled out. */
function hasTimedOut(deployment: Deployment, before: Condition | undefined, now: number): boolean {
  if (!before || before.reason === 'NewReplicaSetAvailable') return false;
  if (before.reason === 'ProgressDeadlineExceeded') return true;
  const deadline = (deployment.spec.progressDeadlineSeconds ?? Infinity) * 1000;
  return Date.parse(before.lastUpdateTime ?? '') + deadline < now;
}
