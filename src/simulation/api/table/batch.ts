import type { CronJob, Job } from '../../../kubernetes/kinds/workloads.ts';
import { age, ageColumn, type Column, column, count, duration, nameColumn, orNone, wide } from './column.ts';
import { containersWide, selectorText } from './workloads.ts';

export const batchColumns = {
  jobs: [
    nameColumn,
    column<Job>('Status', statusText),
    column<Job>('Completions', completionsText),
    column<Job>('Duration', durationText),
    ageColumn,
    ...containersWide<Job>(({ spec }) => spec.template),
    wide<Job>('Selector', ({ spec }) => selectorText(spec.selector)),
  ],
  cronJobs: [
    nameColumn,
    column<CronJob>('Schedule', ({ spec }) => spec.schedule),
    column<CronJob>('Timezone', ({ spec }) => orNone(spec.timeZone)),
    { ...column<CronJob>('Suspend', ({ spec }) => (spec.suspend ? 'True' : 'False')), type: 'boolean' },
    count<CronJob>('Active', ({ status }) => status?.active?.length),
    column<CronJob>('Last Schedule', ({ status }, now) =>
      status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, now),
    ),
    ageColumn,
    ...containersWide<CronJob>(({ spec }) => spec.jobTemplate.spec.template),
    wide<CronJob>('Selector', ({ spec }) => orNone(selectorText(spec.jobTemplate.spec.selector))),
  ],
} as const satisfies Record<string, readonly Column<never>[]>;

function statusText({ metadata, status }: Job): string {
  const has = (name: string) => status?.conditions?.some(one => one.type === name && one.status === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsText({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return duration(end - Date.parse(status.startTime));
}
