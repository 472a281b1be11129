import type { CronJob, DaemonSet, Job, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type { Deployment, KubeObject, Pod } from '../../kubernetes/objects.ts';

/** A workload at one moment, with the pods that belong to it. */
export type WorkloadState = {
  pods: readonly Pod[];
} & (
  | { kind: 'Deployment'; object: Deployment }
  | { kind: 'StatefulSet'; object: StatefulSet }
  | { kind: 'DaemonSet'; object: DaemonSet }
  | { kind: 'CronJob'; object: CronJob; jobs: readonly Job[]; at: number }
);

/** What there should be of it and what there is, whatever its kind calls that. */
interface Replicas {
  wanted: number;
  total: number;
  updated: number;
  available: number;
}

function replicasOf(workload: Exclude<WorkloadState, { kind: 'CronJob' }>): Replicas {
  if (workload.kind === 'DaemonSet') {
    const { status } = workload.object;
    return {
      wanted: status?.desiredNumberScheduled ?? 0,
      total: status?.currentNumberScheduled ?? 0,
      updated: status?.updatedNumberScheduled ?? 0,
      available: status?.numberAvailable ?? 0,
    };
  }
  const { spec, status } = workload.object;
  return {
    wanted: spec.replicas ?? 1,
    total: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
  };
}

/** Why a workload isn't well; `undefined` when it is, with as many replicas as it had when all was well. */
export function unhealthy(now: WorkloadState | undefined, before: WorkloadState): string | undefined {
  if (!now) return 'is gone';
  if (now.kind === 'CronJob') return failingRun(now);
  const was = before.kind === 'CronJob' ? undefined : replicasOf(before);
  const { wanted, total, updated, available } = replicasOf(now);
  const least = was?.wanted ?? wanted;
  if (now.kind !== 'DaemonSet' && wanted !== least) return `should have ${least} replicas, and is set to ${wanted}`;
  const { status, metadata } = now.object;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'has a change that was not rolled out';
  if (updated < least) return `has ${updated} of ${least} replicas updated`;
  if (total > updated) return 'has pods of an earlier template';
  if (available < least) return `has ${available} of ${least} replicas available`;
  return undefined;
}

/** What has not ended by then won't. */
const longestRun = 600_000;

/** A CronJob is as well as the last of its runs that has ended. */
function failingRun({ object, jobs, at }: Extract<WorkloadState, { kind: 'CronJob' }>): string | undefined {
  if (object.spec.suspend) return 'is suspended';
  const hasEnded = (job: Job) => conditionOf(job, 'Complete') || conditionOf(job, 'Failed');
  const stuck = jobs.find(job => !hasEnded(job) && at - createdAt(job) > longestRun);
  if (stuck) return `has a run that does not end: ${stuck.metadata.name}`;
  const ended = jobs.filter(hasEnded);
  const last = ended.toSorted((a, b) => createdAt(b) - createdAt(a))[0];
  return last && conditionOf(last, 'Failed') ? `has a run that failed: ${last.metadata.name}` : undefined;
}

function conditionOf({ status }: Job, type: string): boolean {
  return (status?.conditions ?? []).some(one => one.type === type && one.status === 'True');
}

function createdAt({ metadata }: KubeObject): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}

export function availableOf(workload: WorkloadState | undefined): number {
  return !workload || workload.kind === 'CronJob' ? 0 : replicasOf(workload).available;
}

/** What went wrong while time passed between two looks at a workload. */
export function unrest(earlier: WorkloadState, later: WorkloadState): string | undefined {
  if (later.kind === 'CronJob') return undefined;
  const known = new Map(earlier.pods.map(pod => [pod.metadata.uid, restartsOf(pod)]));
  const restarted = later.pods.find(pod => restartsOf(pod) > (known.get(pod.metadata.uid) ?? 0));
  if (restarted) return `did not stay well: ${restarted.metadata.name} has restarted`;
  return later.pods.some(pod => !known.has(pod.metadata.uid)) ? 'did not stay well: pods were replaced' : undefined;
}

function restartsOf(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}
