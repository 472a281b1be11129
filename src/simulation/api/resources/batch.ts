import { defaultCronJob, defaultJob } from '../defaults/batch.ts';
import { type Resource, row } from '../resource.ts';
import { batchColumns } from '../table/batch.ts';
import { validateCronJob, validateJob } from '../validation/batch.ts';

export const batchResources: readonly Resource[] = [
  row({
    group: 'batch',
    plural: 'jobs',
    kind: 'Job',
    categories: ['all'],
    countsGenerations: true,
    subresources: ['status'],
    fields: { 'status.successful': 'status.succeeded' },
    statusStartsEmpty: true,
    orphansByDefault: true,
    fillIn: defaultJob,
    validate: validateJob,
    columns: batchColumns.jobs,
  }),
  row({
    group: 'batch',
    plural: 'cronjobs',
    kind: 'CronJob',
    shortNames: ['cj'],
    categories: ['all'],
    countsGenerations: true,
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultCronJob,
    validate: validateCronJob,
    columns: batchColumns.cronJobs,
  }),
];
