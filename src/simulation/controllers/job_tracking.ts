import type { Job, JobStatus } from '../../kubernetes/kinds/workloads.ts';
import type { Condition, Pod } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { Cache } from './cache.ts';
import { isGone } from './gone.ts';
import { conditionIn, setJobCondition } from './job_conditions.ts';
import { formatIndexes } from './job_indexes.ts';
import { hasFailed, indexOf, isIndexed, isTracked } from './job_pods.ts';
import { judgeFailure } from './job_policies.ts';
import type { JobRound } from './job_round.ts';

/** As many pods as are noted in a status at once. */
const most = 500;

interface Tracking {
  round: JobRound;
  verdict: Condition | undefined;
  /** The status has changed already. */
  isDirty: boolean;
}

/**
 * Counts pods that have ended, each exactly once: first their uids are written into the status, then they lose the
 * finalizer that held them, then they are counted. Whoever stops in between can go on from what is written.
 */
export function createJobTracker(jobs: Cache<Job>, release: (pod: Pod) => Promise<void>) {
  /** Returns the condition that the job ended with, when it has. */
  async function track({ round, verdict, isDirty }: Tracking): Promise<Condition | undefined> {
    const { status } = round;
    const held = new Set(round.pods.filter(isTracked).map(({ metadata }) => metadata.uid ?? ''));
    let dirty = countReleased(status, held) || isDirty;
    const ended = round.pods.filter(pod => isTracked(pod) && mayRelease(round, pod, verdict)).slice(0, most);
    for (const pod of ended) dirty = note(round, pod, verdict) || dirty;
    dirty = writeIndexes(round) || dirty;
    const final = verdict && announce(round, verdict);
    let job = round.job;
    if (dirty || final?.isNew) job = await write(job, status);
    for (const pod of ended) if (await released(pod)) held.delete(pod.metadata.uid ?? '');
    const isCounted = countReleased(status, held);
    const isOver = final !== undefined && ended.length < most && finish(round, final.condition);
    if (isCounted || isOver) await write(job, status);
    return isOver ? final.condition : undefined;
  }

  function write(job: Job, status: JobStatus): Promise<Job> {
    return jobs.update({ ...job, status: structuredClone(status) }, { subresource: 'status' });
  }

  async function released(pod: Pod): Promise<boolean> {
    try {
      await release(pod);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return true;
  }

  return { track };
}

/** Those that have lost their finalizer are counted. Returns whether there were any. */
function countReleased(status: JobStatus, held: ReadonlySet<string>): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const kept = { succeeded: succeeded.filter(uid => held.has(uid)), failed: failed.filter(uid => held.has(uid)) };
  const good = succeeded.length - kept.succeeded.length;
  const bad = failed.length - kept.failed.length;
  status.uncountedTerminatedPods = {
    ...(kept.succeeded.length > 0 ? { succeeded: kept.succeeded } : {}),
    ...(kept.failed.length > 0 ? { failed: kept.failed } : {}),
  };
  if (good > 0) status.succeeded = (status.succeeded ?? 0) + good;
  if (bad > 0) status.failed = (status.failed ?? 0) + bad;
  return good + bad > 0;
}

function mayRelease({ job, waiting }: JobRound, pod: Pod, verdict: Condition | undefined): boolean {
  if (job.metadata.deletionTimestamp !== undefined || verdict || pod.status?.phase === 'Succeeded') return true;
  if (!hasFailed(job, pod)) return false;
  const index = indexOf(job, pod);
  return job.spec.backoffLimitPerIndex === undefined || index === undefined || waiting.get(index) !== pod;
}

/** Returns whether the status has changed. */
function note({ job, status }: JobRound, pod: Pod, verdict: Condition | undefined): boolean {
  const uid = pod.metadata.uid ?? '';
  const uncounted = status.uncountedTerminatedPods ?? {};
  const { succeeded = [], failed = [] } = uncounted;
  const hasPlace = !isIndexed(job) || indexOf(job, pod) !== undefined;
  if (pod.status?.phase === 'Succeeded' && !failed.includes(uid)) {
    if (isIndexed(job)) return hasPlace;
    if (succeeded.includes(uid)) return false;
    status.uncountedTerminatedPods = { ...uncounted, succeeded: [...succeeded, uid] };
    return true;
  }
  const isLost = verdict !== undefined && verdict.type !== 'SuccessCriteriaMet';
  const counts = (hasFailed(job, pod) || isLost) && judgeFailure(job, pod).counts;
  if (!counts || !hasPlace || failed.includes(uid)) return false;
  status.uncountedTerminatedPods = { ...uncounted, failed: [...failed, uid] };
  return true;
}

function writeIndexes({ job, status, succeededIndexes, failedIndexes }: JobRound): boolean {
  if (!isIndexed(job)) return false;
  const before = [status.completedIndexes ?? '', status.failedIndexes, status.succeeded ?? 0];
  const completed = formatIndexes(succeededIndexes);
  if (completed !== '') status.completedIndexes = completed;
  if (succeededIndexes.size > 0) status.succeeded = succeededIndexes.size;
  if (failedIndexes) status.failedIndexes = formatIndexes(failedIndexes);
  const now = [status.completedIndexes ?? '', status.failedIndexes, status.succeeded ?? 0];
  return now.some((value, index) => value !== before[index]);
}

/** Says why the job is going to end, and what it will be when the last pod is gone. */
function announce({ status, now }: JobRound, verdict: Condition): { condition: Condition; isNew: boolean } {
  if (verdict.type === 'Failed') return { condition: verdict, isNew: false };
  const isNew = !conditionIn(status, verdict.type) && setJobCondition(status, verdict, now);
  return { condition: { ...verdict, type: verdict.type === 'FailureTarget' ? 'Failed' : 'Complete' }, isNew };
}

function finish({ status, terminating, now }: JobRound, condition: Condition): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + failed.length > 0 || terminating > 0) return false;
  setJobCondition(status, condition, now);
  if (condition.type === 'Complete') status.completionTime = timestamp(now);
  return true;
}
