import { defaultBudget } from '../defaults/policy.ts';
import { type Resource, row } from '../resource.ts';
import { policyColumns } from '../table/policy.ts';
import { validateBudget } from '../validation/policy.ts';

export const policyResources: readonly Resource[] = [
  row({
    group: 'policy',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    shortNames: ['pdb'],
    countsGenerations: true,
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultBudget,
    validate: validateBudget,
    columns: policyColumns.budgets,
  }),
];
