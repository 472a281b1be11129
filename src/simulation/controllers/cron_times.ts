import type { CronJob } from '../../kubernetes/kinds/workloads.ts';
import type { Schedule } from '../../lib/cron_schedule.ts';

/** A tick is looked at a little late, so that it has surely come. */
const lateMs = 100;
const many = 100;

export interface Due {
  /** The last time that was due, if any. */
  at: number | undefined;
  missed: 'none' | 'few' | 'many';
}

/** What was due since the last time something was started, and not longer ago than the deadline allows. */
export function lastDue(cronJob: CronJob, schedule: Schedule, now: number): Due {
  const { startingDeadlineSeconds } = cronJob.spec;
  const deadline = startingDeadlineSeconds === undefined ? 0 : now - startingDeadlineSeconds * 1000;
  return dueSince(Math.max(earliestOf(cronJob), deadline), schedule, now);
}

/** Milliseconds until the next tick; `undefined` when there will be none. */
export function untilNext(cronJob: CronJob, schedule: Schedule, now: number): number | undefined {
  const earliest = earliestOf(cronJob);
  const { at, missed } = dueSince(earliest, schedule, now);
  const next = schedule.next(at ?? (missed === 'none' ? earliest : now));
  return next === undefined ? undefined : next + lateMs - now;
}

function earliestOf({ metadata, status }: CronJob): number {
  return Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '');
}

/** Counts by the distance of two ticks: an uneven schedule may have had more or fewer. */
function dueSince(earliest: number, schedule: Schedule, now: number): Due {
  const first = schedule.next(earliest);
  if (first === undefined || now < first) return { at: undefined, missed: 'none' };
  const second = schedule.next(first);
  if (second === undefined || now < second) return { at: first, missed: 'none' };
  const distance = Math.round((second - first) / 1000) * 1000;
  const count = Math.floor((now - first) / distance) + 1;
  const missed = count > many ? 'many' : 'few';
  let at: number | undefined;
  for (let next = schedule.next(first + (count - 2) * distance); next !== undefined && next <= now; ) {
    at = next;
    next = schedule.next(next);
  }
  return { at, missed };
}
