import { type Resource, row } from '../resource.ts';

export const schedulingResources: readonly Resource[] = [
  row({
    group: 'scheduling.k8s.io',
    plural: 'priorityclasses',
    kind: 'PriorityClass',
    namespaced: false,
    shortNames: ['pc'],
    countsGenerations: true,
  }),
];
