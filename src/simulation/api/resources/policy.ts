import { type Resource, row } from '../resource.ts';

export const policyResources: readonly Resource[] = [
  row({
    group: 'policy',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    shortNames: ['pdb'],
    countsGenerations: true,
    subresources: ['status'],
    statusStartsEmpty: true,
  }),
];
