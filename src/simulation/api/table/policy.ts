import type { RoleBinding, Subject } from '../../../kubernetes/kinds/access.ts';
import type { Lease, PodDisruptionBudget, PriorityClass, ResourceQuota } from '../../../kubernetes/kinds/policy.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';
import { ageColumn, type Column, column, count, nameColumn, wide } from './column.ts';

const createdAt: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  value: object => object.metadata.creationTimestamp ?? '',
};

const bindings: readonly Column<RoleBinding>[] = [
  nameColumn,
  column<RoleBinding>('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wide<RoleBinding>('Users', binding => subjectsText(binding, 'User')),
  wide<RoleBinding>('Groups', binding => subjectsText(binding, 'Group')),
  wide<RoleBinding>('ServiceAccounts', binding => subjectsText(binding, 'ServiceAccount')),
];

export const policyColumns = {
  budgets: [
    nameColumn,
    column<PodDisruptionBudget>('Min Available', ({ spec }) => String(spec.minAvailable ?? 'N/A')),
    column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => String(spec.maxUnavailable ?? 'N/A')),
    count<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed),
    ageColumn,
  ],
  quotas: [
    nameColumn,
    column<ResourceQuota>('Request', quota => quotaText(quota, false)),
    column<ResourceQuota>('Limit', quota => quotaText(quota, true)),
    ageColumn,
  ],
  priorityClasses: [
    nameColumn,
    count<PriorityClass>('Value', ({ value }) => value),
    { name: 'Global-Default', type: 'boolean', value: ({ globalDefault }: PriorityClass) => globalDefault === true },
    ageColumn,
    column<PriorityClass>('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
  leases: [nameColumn, column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''), ageColumn],
  created: [nameColumn, createdAt],
  bindings,
} as const satisfies Record<string, readonly Column<never>[]>;

function quotaText({ status }: ResourceQuota, limits: boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([name]) => name.startsWith('limits.') === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? 0}/${hard}`)
    .join(', ');
}

function subjectsText({ subjects = [] }: RoleBinding, kind: Subject['kind']): string {
  return subjects
    .filter(subject => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');
}
