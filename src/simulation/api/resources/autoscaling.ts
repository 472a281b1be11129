import { defaultAutoscaler } from '../defaults/autoscaling.ts';
import { type Resource, row } from '../resource.ts';
import { autoscalerColumns } from '../table/autoscaling.ts';
import { validateAutoscaler } from '../validation/autoscaling.ts';

export const autoscalingResources: readonly Resource[] = [
  row({
    group: 'autoscaling',
    version: 'v2',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    shortNames: ['hpa'],
    categories: ['all'],
    subresources: ['status'],
    statusStartsEmpty: true,
    fillIn: defaultAutoscaler,
    validate: validateAutoscaler,
    columns: autoscalerColumns,
  }),
];
