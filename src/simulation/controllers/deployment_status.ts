import type { Condition, Deployment, ReplicaSet } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { boundsOf } from './rollout_bounds.ts';

type Status = NonNullable<Deployment['status']>;

/** What happened to the current ReplicaSet in this round. */
export type Progress = 'created' | 'found' | undefined;

export interface Observed {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  all: ReplicaSet[];
  progress: Progress;
  now: number;
}

/** The status that the deployment should have, given its ReplicaSets. */
export function deploymentStatus(observed: Observed): Status {
  const { deployment, current, all } = observed;
  const counts = countsOf(all, current);
  const conditions = new Map((deployment.status?.conditions ?? []).map(one => [one.type, one]));
  setCondition(conditions, availability(deployment, counts.availableReplicas), observed.now);
  const progressing = progressCondition(observed, counts);
  if (progressing) setCondition(conditions, progressing, observed.now, progressing.reason === 'ReplicaSetUpdated');
  const failure = all.flatMap(one => one.status?.conditions ?? []).find(one => one.type === 'ReplicaFailure');
  if (failure) setCondition(conditions, failure, observed.now);
  else conditions.delete('ReplicaFailure');
  const observedGeneration = deployment.metadata.generation ?? 1;
  return { observedGeneration, ...withoutZeros(counts), conditions: [...conditions.values()] };
}

/** Milliseconds until the deadline of a rollout that is under way. */
export function untilDeadline(deployment: Deployment, status: Status, now: number): number | undefined {
  const deadline = deployment.spec.progressDeadlineSeconds;
  const condition = status.conditions?.find(one => one.type === 'Progressing');
  if (deadline === undefined || !condition || deployment.spec.paused) return undefined;
  if (condition.reason === 'NewReplicaSetAvailable' || condition.reason === 'ProgressDeadlineExceeded')
    return undefined;
  return Math.max(1, Date.parse(condition.lastUpdateTime ?? '') + deadline * 1000 + 1000 - now);
}

/** A count of nothing isn't written: that is how Kubernetes leaves it out. */
export function withoutZeros<T extends object>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)) as Partial<T>;
}

export function isComplete(deployment: Deployment, counts: Partial<Status>): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  return counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted;
}

export function countsOf(all: ReplicaSet[], current: ReplicaSet | undefined) {
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

type Counts = ReturnType<typeof countsOf>;

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

/** The Progressing condition when it has to change; `undefined` while there is nothing new to say. */
function progressCondition({ deployment, current, progress, now }: Observed, counts: Counts): Condition | undefined {
  const before = deployment.status?.conditions?.find(one => one.type === 'Progressing');
  const name = `ReplicaSet "${current?.metadata.name ?? deployment.metadata.name}"`;
  const say = (status: Condition['status'], reason: string, message: string): Condition => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (deployment.spec.progressDeadlineSeconds === undefined) return undefined;
  if (deployment.spec.paused) return say('Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (before?.reason === 'DeploymentPaused') return say('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (progress === 'created') {
    return say('True', 'NewReplicaSetCreated', `Created new replica set "${current?.metadata.name}"`);
  }
  if (isComplete(deployment, counts))
    return say('True', 'NewReplicaSetAvailable', `${name} has successfully progressed.`);
  if (progress === 'found') {
    return say('True', 'FoundNewReplicaSet', `Found new replica set "${current?.metadata.name}"`);
  }
  if (before?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updatedReplicas) return undefined;
  if (hasProgressed(deployment, counts)) return say('True', 'ReplicaSetUpdated', `${name} is progressing.`);
  if (hasTimedOut(deployment, before, now))
    return say('False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`);
  return undefined;
}

function hasProgressed({ status: before = {} }: Deployment, counts: Counts): boolean {
  const oldBefore = (before.replicas ?? 0) - (before.updatedReplicas ?? 0);
  return (
    counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < oldBefore ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    counts.availableReplicas > (before.availableReplicas ?? 0)
  );
}

/** A rollout that was complete doesn't time out when pods are lost later: nothing is being rolled out. */
function hasTimedOut(deployment: Deployment, before: Condition | undefined, now: number): boolean {
  if (!before || deployment.spec.paused || before.reason === 'NewReplicaSetAvailable') return false;
  if (before.reason === 'ProgressDeadlineExceeded') return true;
  const deadline = (deployment.spec.progressDeadlineSeconds ?? Infinity) * 1000;
  return Date.parse(before.lastUpdateTime ?? '') + deadline < now;
}

/** `always` renews the update time of a condition that says the same again, which puts the deadline off. */
function setCondition(conditions: Map<string, Condition>, next: Condition, now: number, always = false): void {
  const before = conditions.get(next.type);
  const same = before?.status === next.status && before.reason === next.reason && before.message === next.message;
  if (same && !always) return;
  const time = timestamp(now);
  const lastTransitionTime = before?.status === next.status ? (before.lastTransitionTime ?? time) : time;
  conditions.set(next.type, { ...next, lastTransitionTime, lastUpdateTime: time });
}
