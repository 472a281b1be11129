import type { CronJob, Job } from '../../kubernetes/kinds/workloads.ts';
import { parseSchedule, type Schedule } from '../../lib/cron_schedule.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { isTimeZone } from '../../lib/time_zone.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { ApiError } from '../api/client.ts';
import type { ControllerDeps } from './controllers.ts';
import { lastDue, untilNext } from './cron_times.ts';
import { type CronStatus, createJobRemoval, jobFor, jobName, referenceTo, withoutActive } from './cronjob_jobs.ts';
import { createEventRecorder } from './event_recorder.ts';
import { conditionIn, endOf } from './job_conditions.ts';
import { controllerOf, ownerIn } from './ownership.ts';
import { isNamespaceEnding } from './pod_control.ts';
import { createQueue, keyOf, parseKey } from './queue.ts';

/** Starts each CronJob's jobs when they are due. */
export function createCronJobController({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const cronJobs = caches.of<CronJob>('cronjobs.batch');
  const jobs = caches.of<Job>('jobs.batch');
  const events = createEventRecorder({ client, clock, component: 'cronjob-controller' });
  const { remove, removeOldest } = createJobRemoval(jobs, events);
  const queue = createQueue(clock, reconcile, Promise.all([cronJobs.synced, jobs.synced]));
  const stops = [
    cronJobs.follow(({ object }) => queue.add(keyOf(object.metadata))),
    jobs.follow(({ object }) => {
      const owner = ownerIn(cronJobs, 'CronJob', object);
      if (owner) queue.add(keyOf(owner.metadata));
    }),
  ];

  function tell(cronJob: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void {
    events.record(cronJob, { type, reason, message });
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const cronJob = cronJobs.get(namespace, name);
    if (!cronJob) return;
    const owned = jobs.controlledBy(cronJob.metadata.uid);
    const status = structuredClone(cronJob.status ?? {});
    lookAtJobs(cronJob, status, owned);
    const schedule = cronJob.metadata.deletionTimestamp === undefined ? scheduleOf(cronJob) : undefined;
    try {
      if (schedule) await startIfDue(cronJob, status, schedule);
      await removeOldest(cronJob, status, owned);
    } finally {
      if (canonicalJson(status) !== canonicalJson(cronJob.status ?? {})) {
        await cronJobs.update({ ...cronJob, status }, { subresource: 'status' });
      }
    }
    const wait = schedule && untilNext({ ...cronJob, status }, schedule, clock.now());
    if (wait !== undefined) queue.addAfter(key, Math.max(1, wait));
  }

  function lookAtJobs(cronJob: CronJob, status: CronStatus, owned: readonly Job[]): void {
    for (const job of owned) {
      const { uid, name } = job.metadata;
      const isKnown = status.active?.some(one => one.uid === uid) ?? false;
      const end = endOf(job);
      if (!end && !isKnown) {
        tell(cronJob, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      } else if (end && isKnown) {
        withoutActive(status, uid);
        tell(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end}`);
      }
      const { completionTime } = job.status ?? {};
      const isLatest = completionTime !== undefined && completionTime > (status.lastSuccessfulTime ?? '');
      if (conditionIn(job.status, 'Complete') && isLatest) status.lastSuccessfulTime = completionTime;
    }
    for (const { uid, name = '' } of status.active ?? []) {
      if (jobs.byUid(uid ?? '')) continue;
      tell(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
      withoutActive(status, uid);
    }
  }

  /** `undefined` when nothing is to be started. */
  function scheduleOf(cronJob: CronJob): Schedule | undefined {
    const { schedule, timeZone, suspend } = cronJob.spec;
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
      tell(cronJob, 'Warning', 'UnknownTimeZone', message);
      return undefined;
    }
    if (suspend) return undefined;
    const parsed = parseSchedule(schedule, timeZone);
    if (!('problem' in parsed)) return parsed;
    tell(cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${schedule}" : ${parsed.problem}`);
    return undefined;
  }

  async function startIfDue(cronJob: CronJob, status: CronStatus, schedule: Schedule): Promise<void> {
    const { at, missed } = lastDue({ ...cronJob, status }, schedule, clock.now());
    if (at === undefined) return;
    if (missed === 'many') {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      tell(cronJob, 'Warning', 'TooManyMissedTimes', message);
    }
    const { startingDeadlineSeconds: deadline, concurrencyPolicy } = cronJob.spec;
    if (deadline !== undefined && at + deadline * 1000 < clock.now()) {
      const when = new Date(at).toUTCString().replace('GMT', 'UTC');
      return tell(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${when}`);
    }
    const isStarted = status.active?.some(({ name }) => name === jobName(cronJob, at));
    if (isStarted || status.lastScheduleTime === timestamp(at)) return;
    if (concurrencyPolicy === 'Forbid' && status.active?.length) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      return tell(cronJob, 'Normal', 'JobAlreadyActive', message);
    }
    if (concurrencyPolicy === 'Replace') await removeActive(cronJob, status);
    await start(cronJob, status, at);
  }

  async function removeActive(cronJob: CronJob, status: CronStatus): Promise<void> {
    for (const { uid } of status.active ?? []) {
      const job = jobs.byUid(uid ?? '');
      if (job) await remove(cronJob, status, job);
    }
  }

  async function start(cronJob: CronJob, status: CronStatus, due: number): Promise<void> {
    try {
      const job = await jobs.create(jobFor(cronJob, due));
      tell(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
      note(status, job, due);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.reason === 'AlreadyExists') return adopt(cronJob, status, due);
      if (!isNamespaceEnding(error)) tell(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${error.message}`);
      throw error;
    }
  }

  /** The job of this tick was made before, and not noted. */
  function adopt(cronJob: CronJob, status: CronStatus, due: number): void {
    const job = jobs.get(cronJob.metadata.namespace ?? '', jobName(cronJob, due));
    if (job && controllerOf(job)?.uid === cronJob.metadata.uid) note(status, job, due);
  }

  function note(status: CronStatus, job: Job, due: number): void {
    status.active = [...(status.active ?? []), referenceTo(job)];
    status.lastScheduleTime = timestamp(due);
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}
