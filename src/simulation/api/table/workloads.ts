import type { Deployment, LabelSelector, PodTemplate, ReplicaSet } from '../../../kubernetes/objects.ts';
import { ageColumn, type Column, column, count, nameColumn, wide } from './column.ts';

type Workload = Deployment | ReplicaSet;

function podsWide<T extends Workload>(): Column<T>[] {
  return [
    wide('Containers', ({ spec }) => each(spec.template, container => container.name)),
    wide('Images', ({ spec }) => each(spec.template, container => container.image)),
    wide('Selector', ({ spec }) => selectorText(spec.selector)),
  ];
}

export const workloadColumns = {
  deployments: [
    nameColumn,
    column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
    column<Deployment>('Up-to-date', ({ status }) => String(status?.updatedReplicas ?? 0)),
    column<Deployment>('Available', ({ status }) => String(status?.availableReplicas ?? 0)),
    ageColumn,
    ...podsWide<Deployment>(),
  ],
  replicaSets: [
    nameColumn,
    count<ReplicaSet>('Desired', ({ spec }) => spec.replicas),
    count<ReplicaSet>('Current', ({ status }) => status?.replicas),
    count<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas),
    ageColumn,
    ...podsWide<ReplicaSet>(),
  ],
} as const satisfies Record<string, readonly Column<never>[]>;

function each(template: PodTemplate, text: (container: { name: string; image: string }) => string): string {
  return template.spec.containers.map(text).join(',');
}

/** A selector as people write it; the scale subresource shows it too. */
export function selectorText(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${(values ?? []).join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
