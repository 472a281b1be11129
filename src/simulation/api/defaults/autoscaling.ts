import type { HorizontalPodAutoscaler, ScalingRules } from '../../../kubernetes/kinds/autoscaling.ts';
import { canonicalQuantity } from '../quantity.ts';

const upRules: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const downRules: ScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

export function defaultAutoscaler(autoscaler: HorizontalPodAutoscaler): void {
  const { spec } = autoscaler;
  autoscaler.status ??= { desiredReplicas: 0 };
  if (!autoscaler.status.currentMetrics?.length) autoscaler.status.currentMetrics = null;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) {
    const target = { type: 'Utilization' as const, averageUtilization: 80 };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  for (const { object, pods, resource, containerResource, external } of spec.metrics) {
    for (const source of [object, pods, resource, containerResource, external]) canonicalise(source?.target);
  }
  if (spec.behavior) {
    spec.behavior.scaleUp = structuredClone({ ...upRules, ...spec.behavior.scaleUp });
    spec.behavior.scaleDown = structuredClone({ ...downRules, ...spec.behavior.scaleDown });
  }
}

function canonicalise(target: { value?: string; averageValue?: string } | undefined): void {
  if (target?.value !== undefined) target.value = canonicalQuantity(String(target.value)) ?? target.value;
  if (target?.averageValue === undefined) return;
  target.averageValue = canonicalQuantity(String(target.averageValue)) ?? target.averageValue;
}
