import type { CronJob, Job } from '../../kubernetes/kinds/workloads.ts';
import { zonedTimestamp } from '../../lib/time_zone.ts';
import { ApiError, type NewObject } from '../api/client.ts';
import type { Cache } from './cache.ts';
import type { EventRecorder } from './event_recorder.ts';
import { endOf } from './job_conditions.ts';
import { controllerReference } from './ownership.ts';

export type CronStatus = NonNullable<CronJob['status']>;

export function jobName({ metadata }: CronJob, due: number): string {
  return `${metadata.name}-${Math.floor(due / 60_000)}`;
}

/** The job of one tick. */
export function jobFor(cronJob: CronJob, due: number): NewObject<Job> {
  const { jobTemplate, timeZone = 'UTC' } = cronJob.spec;
  const { namespace } = cronJob.metadata;
  const scheduled = { 'batch.kubernetes.io/cronjob-scheduled-timestamp': zonedTimestamp(due, timeZone) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, due),
      ...(namespace === undefined ? {} : { namespace }),
      ...(jobTemplate.metadata?.labels ? { labels: jobTemplate.metadata.labels } : {}),
      annotations: { ...jobTemplate.metadata?.annotations, ...scheduled },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: structuredClone(jobTemplate.spec),
  };
}

export function referenceTo({ apiVersion, kind, metadata }: Job): NonNullable<CronStatus['active']>[number] {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { kind, apiVersion, name, ...{ namespace, uid, resourceVersion } } as NonNullable<
    CronStatus['active']
  >[number];
}

export function withoutActive(status: CronStatus, uid: string | undefined): void {
  const active = (status.active ?? []).filter(one => one.uid !== uid);
  if (active.length > 0) status.active = active;
  else delete status.active;
}

/** Ends jobs of a CronJob, and says so in its events. */
export function createJobRemoval(jobs: Cache<Job>, events: EventRecorder) {
  async function remove(cronJob: CronJob, status: CronStatus, job: Job): Promise<boolean> {
    try {
      await jobs.delete(job, { propagationPolicy: 'Background' });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const message = `Deleted job: ${error.message}`;
      events.record(cronJob, { type: 'Warning', reason: 'FailedDelete', message });
      return false;
    }
    withoutActive(status, job.metadata.uid);
    const message = `Deleted job ${job.metadata.name}`;
    events.record(cronJob, { type: 'Normal', reason: 'SuccessfulDelete', message });
    return true;
  }

  /** Keeps as many ended jobs as the history limits say: the latest. */
  async function removeOldest(cronJob: CronJob, status: CronStatus, owned: Job[]): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
    for (const [end, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      const ended = owned.filter(job => endOf(job) === end).sort(startedFirst);
      const surplus = limit === undefined ? 0 : Math.max(0, ended.length - limit);
      for (const job of ended.slice(0, surplus)) await remove(cronJob, status, job);
    }
  }

  return { remove, removeOldest };
}

function startedFirst(a: Job, b: Job): number {
  const [earlier = '9', later = '9'] = [a.status?.startTime, b.status?.startTime];
  return earlier === later ? (a.metadata.name < b.metadata.name ? -1 : 1) : earlier < later ? -1 : 1;
}
