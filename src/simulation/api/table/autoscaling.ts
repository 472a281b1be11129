import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../../../kubernetes/kinds/autoscaling.ts';
import { ageColumn, type Column, column, nameColumn } from './column.ts';

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column('Reference', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  column('Targets', targetsText),
  column('MinPods', ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas))),
  column('MaxPods', ({ spec }) => spec.maxReplicas),
  column('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];

const shown = 2;

function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, shown).map((metric, index) => targetText(metric, status?.currentMetrics?.[index]));
  const more = metrics.length > shown ? ` + ${metrics.length - shown} more...` : '';
  return `${texts.join(', ')}${more}`;
}

const unknown = '<unknown>';

function targetText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const usage = spec.resource ?? spec.containerResource;
  const current = (status?.resource ?? status?.containerResource)?.current;
  if (usage) {
    const { averageValue, averageUtilization } = usage.target;
    if (averageValue !== undefined) return `${usage.name}: ${current?.averageValue ?? unknown}/${averageValue}`;
    const is = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`;
    return `${usage.name}: ${is}/${averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`}`;
  }
  const target = (spec.pods ?? spec.object ?? spec.external)?.target;
  const isAverage = target?.averageValue !== undefined;
  const wanted = target?.averageValue ?? target?.value ?? '';
  return `${unknown}/${wanted}${isAverage && !spec.pods ? ' (avg)' : ''}`;
}
