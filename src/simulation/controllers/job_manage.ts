import type { Job } from '../../kubernetes/kinds/workloads.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import type { ApiError } from '../api/client.ts';
import type { Cache } from './cache.ts';
import { pauseLeft } from './job_backoff.ts';
import {
  failureCounts,
  failuresBefore,
  finishedAt,
  indexOf,
  isIndexed,
  isTerminating,
  isTracked,
  jobTemplate,
  replacesOnlyFailed,
  trackingFinalizer,
} from './job_pods.ts';
import { judgeFailure } from './job_policies.ts';
import type { JobRound } from './job_round.ts';
import { inGrowingBatches, isNamespaceEnding, type PodControl } from './pod_control.ts';
import { byDeletionOrder } from './pod_ranking.ts';

/** As many pods as one round makes or ends at most. */
const burst = 500;

export interface Managed {
  failure?: ApiError | undefined;
  /** Milliseconds until the next pod may be made. */
  wait?: number;
}

/** Makes the pods that are missing and ends those that are too many; `round` is kept up to date. */
export function createJobManager(pods: Cache<Pod>, control: PodControl) {
  async function manage(round: JobRound): Promise<Managed> {
    const { job } = round;
    const wanted = job.spec.suspend ? 0 : wantedActive(round);
    const surplus = surplusOf(round, Math.max(0, round.active.length - wanted));
    if (surplus.length > 0) return { failure: await endAll(round, surplus.slice(0, burst)) };
    const held = replacesOnlyFailed(job) ? round.terminating : 0;
    const missing = job.spec.suspend ? 0 : wanted - held - round.active.length;
    return missing > 0 ? create(round, Math.min(missing, burst)) : {};
  }

  async function create(round: JobRound, count: number): Promise<Managed> {
    const { job, failures, now } = round;
    const perIndex = job.spec.backoffLimitPerIndex !== undefined;
    const wait = perIndex ? 0 : pauseLeft(failures, now);
    if (wait > 0) return { wait };
    if (!isIndexed(job)) {
      const template = jobTemplate(job);
      return { failure: await createAll(round, count, () => control.create(job, template)) };
    }
    const pending = pendingIndexes(round, count).map(index => ({
      index,
      left: perIndex ? indexPause(round, index) : 0,
    }));
    const due = pending.filter(({ left }) => left === 0);
    if (due.length === 0) return pending.length > 0 ? { wait: Math.min(...pending.map(({ left }) => left)) } : {};
    const failure = await createAll(round, due.length, at => createIndexed(round, due[at]?.index ?? 0));
    return { failure };
  }

  async function createAll(round: JobRound, count: number, act: (at: number) => Promise<Pod>) {
    const failure = await inGrowingBatches(count, async at => void round.active.push(await act(at)));
    return failure && isNamespaceEnding(failure) ? undefined : failure;
  }

  function createIndexed({ job, waiting }: JobRound, index: number): Promise<Pod> {
    const replaced = waiting.get(index);
    const isCounted = replaced ? judgeFailure(job, replaced).counts : true;
    const counts = job.spec.backoffLimitPerIndex === undefined ? {} : failureCounts(replaced, isCounted);
    const prefix = `${job.metadata.name}-${index}-`;
    return control.create(job, jobTemplate(job, { index, counts }), prefix);
  }

  /** They end without being counted. */
  async function endAll(round: JobRound, surplus: Pod[]): Promise<ApiError | undefined> {
    const failure = await inGrowingBatches(surplus.length, async at => {
      const pod = surplus[at];
      if (!pod) return;
      await release(pod);
      await control.delete(round.job, pod);
      left(round, pod);
    });
    return failure;
  }

  async function release(pod: Pod): Promise<void> {
    if (!isTracked(pod)) return;
    const { uid, finalizers = [] } = pod.metadata;
    const metadata = { uid, finalizers: finalizers.filter(one => one !== trackingFinalizer) };
    await pods.patch(pod, { type: 'merge', body: { metadata } });
  }

  /** Ends everything that runs, because the job is over. */
  async function endActive(round: JobRound): Promise<ApiError | undefined> {
    const running = [...round.active];
    return inGrowingBatches(running.length, async at => {
      const pod = running[at];
      if (!pod) return;
      await control.delete(round.job, pod);
      left(round, pod);
    });
  }

  return { manage, endActive, release };
}

function left(round: JobRound, pod: Pod): void {
  round.active = round.active.filter(one => one !== pod);
  round.terminating += 1;
}

function wantedActive({ job, succeeded, active }: JobRound): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function surplusOf({ job, active, now }: JobRound, atLeast: number): Pod[] {
  const ranked = active.toSorted(byDeletionOrder([], now));
  const extra = isIndexed(job) ? duplicatesIn(job, ranked) : [];
  const others = ranked.filter(pod => !extra.includes(pod));
  return [...extra, ...others.slice(0, Math.max(0, atLeast - extra.length))];
}

/** All but one of each index, and those without one. */
function duplicatesIn(job: Job, ranked: Pod[]): Pod[] {
  const kept = new Map<number, Pod>();
  for (const pod of ranked) {
    const index = indexOf(job, pod);
    if (index !== undefined) kept.set(index, pod);
  }
  return ranked.filter(pod => !new Set(kept.values()).has(pod));
}

function pendingIndexes({ job, pods, active, succeededIndexes, failedIndexes }: JobRound, count: number): number[] {
  const held = replacesOnlyFailed(job) ? pods.filter(isTerminating) : [];
  const taken = new Set([
    ...succeededIndexes,
    ...(failedIndexes ?? []),
    ...[...active, ...held].flatMap(pod => indexOf(job, pod) ?? []),
  ]);
  const pending: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && pending.length < count; index++) {
    if (!taken.has(index)) pending.push(index);
  }
  return pending;
}

function indexPause({ waiting, now }: JobRound, index: number): number {
  const last = waiting.get(index);
  return last ? pauseLeft({ failures: failuresBefore(last).all + 1, lastFailure: finishedAt(last) }, now) : 0;
}
