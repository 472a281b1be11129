import { type Resource, row } from '../resource.ts';

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
  }),
];
