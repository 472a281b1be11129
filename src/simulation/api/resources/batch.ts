import { type Resource, row } from '../resource.ts';

export const batchResources: readonly Resource[] = [
  row({
    group: 'batch',
    plural: 'jobs',
    kind: 'Job',
    categories: ['all'],
    countsGenerations: true,
    subresources: ['status'],
    statusStartsEmpty: true,
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
  }),
];
