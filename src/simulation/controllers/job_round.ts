import type { Job, JobStatus } from '../../kubernetes/kinds/workloads.ts';
import type { Condition, Pod } from '../../kubernetes/objects.ts';
import { type FailureRecord, recordAfter } from './job_backoff.ts';
import { conditionIn, jobCondition } from './job_conditions.ts';
import { parseIndexes } from './job_indexes.ts';
import { failuresBefore, finishedAt, hasFailed, indexOf, isIndexed, isTerminating, isTracked } from './job_pods.ts';
import { judgeFailure, metSuccessRule } from './job_policies.ts';
import { isActive } from './pods.ts';

/** A job as one round of the controller sees it. `status` is its own copy, and becomes what is written. */
export interface JobRound {
  job: Job;
  status: JobStatus;
  pods: Pod[];
  active: Pod[];
  terminating: number;
  /** With those that have ended and aren't counted yet. */
  succeeded: number;
  failed: number;
  failures: FailureRecord;
  succeededIndexes: Set<number>;
  /** With a limit for each index only. */
  failedIndexes: Set<number> | undefined;
  /** The last failed pod of each index that waits for its next try. */
  waiting: Map<number, Pod>;
  now: number;
}

export function lookAt(job: Job, pods: Pod[], before: FailureRecord, now: number): JobRound {
  const status = structuredClone(job.status ?? {});
  const { succeeded: uncountedGood = [], failed: uncountedBad = [] } = status.uncountedTerminatedPods ?? {};
  const active = pods.filter(isActive);
  const valid = pods.filter(pod => isTracked(pod) && (!isIndexed(job) || indexOf(job, pod) !== undefined));
  const isNew = (uids: string[]) => (pod: Pod) => !uids.includes(pod.metadata.uid ?? '');
  const newGood = valid.filter(isNew(uncountedGood)).filter(pod => pod.status?.phase === 'Succeeded');
  const newBad = valid.filter(isNew(uncountedBad)).filter(pod => hasFailed(job, pod));
  const counted = newBad.filter(pod => judgeFailure(job, pod).counts).length;
  const round: JobRound = {
    job,
    status,
    pods,
    active,
    terminating: pods.filter(isTerminating).length,
    succeeded: (status.succeeded ?? 0) + newGood.length + uncountedGood.length,
    failed: (status.failed ?? 0) + counted + uncountedBad.length,
    failures: recordAfter(before, newGood, newBad),
    succeededIndexes: new Set(),
    failedIndexes: undefined,
    waiting: new Map(),
    now,
  };
  return isIndexed(job) ? withIndexes(round) : round;
}

function withIndexes(round: JobRound): JobRound {
  const { job, status, pods } = round;
  const { completions = 0, backoffLimitPerIndex: limit } = job.spec;
  const tracked = pods.filter(isTracked);
  const indexesOf = (some: Pod[]) => some.flatMap(pod => indexOf(job, pod) ?? []);
  const good = indexesOf(tracked.filter(pod => pod.status?.phase === 'Succeeded'));
  const succeededIndexes = new Set([...parseIndexes(status.completedIndexes ?? '', completions), ...good]);
  const indexed = { ...round, succeededIndexes, succeeded: succeededIndexes.size };
  if (limit === undefined) return indexed;
  const isLast = (pod: Pod) => {
    const { counts, action } = judgeFailure(job, pod);
    return action === 'FailIndex' || (counts && failuresBefore(pod).counted >= limit);
  };
  const bad = indexesOf(tracked.filter(pod => hasFailed(job, pod) && isLast(pod)));
  const failedIndexes = new Set([...parseIndexes(status.failedIndexes ?? '', completions), ...bad]);
  return { ...indexed, failedIndexes, waiting: waitingIn(indexed, failedIndexes) };
}

function waitingIn({ job, pods, active, succeededIndexes }: JobRound, failedIndexes: Set<number>): Map<number, Pod> {
  const settled = new Set([...succeededIndexes, ...failedIndexes, ...active.flatMap(pod => indexOf(job, pod) ?? [])]);
  const waiting = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(job, pod);
    if (index === undefined || settled.has(index) || !isTracked(pod) || !hasFailed(job, pod)) continue;
    const last = waiting.get(index);
    const isLater =
      !last || (failuresBefore(last).all <= failuresBefore(pod).all && finishedAt(last) <= finishedAt(pod));
    if (isLater) waiting.set(index, pod);
  }
  return waiting;
}

/** Why the job is over, or about to be; `undefined` while it goes on. */
export function verdictOn(round: JobRound): Condition | undefined {
  const { job, status, pods, failed, failedIndexes, succeededIndexes } = round;
  const met = conditionIn(status, 'SuccessCriteriaMet');
  if (met) return met;
  const target = conditionIn(status, 'FailureTarget');
  if (target) return { ...target, type: 'Failed' };
  const fail = (reason: string, message: string) => jobCondition('FailureTarget', reason, message);
  const ruled = pods.filter(pod => hasFailed(job, pod)).map(pod => judgeFailure(job, pod).message);
  const message = ruled.find(text => text !== undefined);
  if (message !== undefined) return fail('PodFailurePolicy', message);
  const { backoffLimit = 6, completions = 0, maxFailedIndexes } = job.spec;
  if (failed > backoffLimit || restartsPastLimit(round)) {
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (untilDeadline(round) <= 0) return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  if (failedIndexes && maxFailedIndexes !== undefined && failedIndexes.size > maxFailedIndexes) {
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failedIndexes?.size && failedIndexes.size + succeededIndexes.size >= completions) {
    return fail('FailedIndexes', 'Job has failed indexes');
  }
  const rule = isIndexed(job) ? metSuccessRule(job, succeededIndexes) : undefined;
  return rule === undefined ? undefined : jobCondition('SuccessCriteriaMet', 'SuccessPolicy', rule);
}

/** Containers that restart in place count where their pods stay. */
function restartsPastLimit({ job, pods }: JobRound): boolean {
  const { backoffLimit = 6, template } = job.spec;
  if (template.spec.restartPolicy !== 'OnFailure') return false;
  const alive = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const statuses = alive.flatMap(({ status }) => [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
  ]);
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

/** Milliseconds; infinite without a deadline, or while the job is suspended. */
export function untilDeadline({ job, status, now }: JobRound): number {
  const { activeDeadlineSeconds, suspend } = job.spec;
  if (activeDeadlineSeconds === undefined || suspend || status.startTime === undefined) return Number.POSITIVE_INFINITY;
  return Date.parse(status.startTime) + activeDeadlineSeconds * 1000 - now;
}
