import { defaultPriorityClass } from '../defaults/policy.ts';
import { type Resource, row } from '../resource.ts';
import { policyColumns } from '../table/policy.ts';
import { validatePriorityClass } from '../validation/policy.ts';

export const schedulingResources: readonly Resource[] = [
  row({
    group: 'scheduling.k8s.io',
    plural: 'priorityclasses',
    kind: 'PriorityClass',
    namespaced: false,
    shortNames: ['pc'],
    countsGenerations: true,
    fillIn: defaultPriorityClass,
    validate: validatePriorityClass,
    columns: policyColumns.priorityClasses,
  }),
];
