import { defaultCronJob, defaultJob } from '../defaults/batch.ts';
import { type Resource, row } from '../resource.ts';
import { batchColumns } from '../table/batch.ts';
import { validateCronJob, validateJob } from '../validation/batch.ts';

const templateParts = (path: string) => [
  `${path}.template`,
  `${path}.template.spec`,
  `${path}.template.spec.containers[]`,
];

export const batchResources: readonly Resource[] = [
  row({
    group: 'batch',
    plural: 'jobs',
    kind: 'Job',
    categories: ['all'],
    countsGenerations: true,
    subresources: ['status'],
    fields: { 'status.successful': 'status.succeeded' },
    parts: ['spec', ...templateParts('spec')],
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
    parts: ['spec', 'spec.jobTemplate', 'spec.jobTemplate.spec', ...templateParts('spec.jobTemplate.spec')],
    statusStartsEmpty: true,
    fillIn: defaultCronJob,
    validate: validateCronJob,
    columns: batchColumns.cronJobs,
  }),
];
