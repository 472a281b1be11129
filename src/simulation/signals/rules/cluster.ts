import type { ResourceQuota } from '../../../kubernetes/kinds/policy.ts';
import type { Node } from '../../../kubernetes/objects.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { type AlertRule, type Finding, minute, nameOf, stateLabels } from './rule.ts';

export const clusterRules: readonly AlertRule[] = [
  {
    name: 'KubeQuotaAlmostFull',
    severity: 'info',
    summary: 'A quota will soon be used up.',
    forMs: 2 * minute,
    find: ({ quotas }) => quotas.flatMap(quota => usesOf(quota, share => share > 0.9 && share < 1)),
  },
  {
    name: 'KubeQuotaFullyUsed',
    severity: 'info',
    summary: 'A quota is used up.',
    forMs: 2 * minute,
    find: ({ quotas }) => quotas.flatMap(quota => usesOf(quota, share => share === 1)),
  },
  {
    name: 'KubeQuotaExceeded',
    severity: 'warning',
    summary: 'More is used than a quota allows.',
    forMs: 2 * minute,
    find: ({ quotas }) => quotas.flatMap(quota => usesOf(quota, share => share > 1)),
  },
  {
    name: 'KubePersistentVolumeFillingUp',
    severity: 'critical',
    summary: 'A volume is almost full.',
    forMs: minute,
    find: ({ disks }) =>
      disks
        .filter(({ capacityBytes, usedBytes }) => usedBytes > 0 && (capacityBytes - usedBytes) / capacityBytes < 0.1)
        .map(({ namespace, claim, capacityBytes, usedBytes }) => ({
          labels: { namespace, persistentvolumeclaim: claim },
          description: `The volume of ${namespace}/${claim} is ${Math.floor((usedBytes / capacityBytes) * 100)}% full.`,
        })),
  },
  {
    name: 'KubePersistentVolumeClaimPending',
    severity: 'warning',
    summary: 'A volume claim gets no volume.',
    forMs: 2 * minute,
    find: ({ claims }) =>
      claims
        .filter(({ status }) => ['Pending', 'Lost'].includes(status?.phase ?? 'Pending'))
        .map(claim => ({
          labels: stateLabels(claim, 'persistentvolumeclaim'),
          description: `PersistentVolumeClaim ${nameOf(claim)} is not bound to a volume.`,
        })),
  },
  {
    name: 'KubeNodeNotReady',
    severity: 'warning',
    summary: 'A node is not ready.',
    forMs: 2 * minute,
    find: ({ nodes }) =>
      nodes
        .filter(
          node =>
            !isCordoned(node) && conditionOf(node, 'Ready') !== undefined && conditionOf(node, 'Ready') !== 'True',
        )
        .map(node => ({
          labels: stateLabels(node, 'node'),
          description: `Node ${nameOf(node)} has not been ready for a while.`,
        })),
  },
  {
    name: 'KubeNodePressure',
    severity: 'info',
    summary: 'A node runs short of something.',
    forMs: minute,
    find: ({ nodes }) =>
      nodes
        .filter(node => !isCordoned(node))
        .flatMap(node =>
          pressures
            .filter(type => conditionOf(node, type) === 'True')
            .map(condition => ({
              labels: { ...stateLabels(node, 'node'), condition },
              description: `Node ${nameOf(node)} reports ${condition}.`,
            })),
        ),
  },
  {
    name: 'KubePdbNotEnoughHealthyPods',
    severity: 'warning',
    summary: 'Fewer pods are healthy than a disruption budget wants.',
    forMs: 2 * minute,
    find: ({ budgets }) =>
      budgets
        .filter(({ status }) => (status?.desiredHealthy ?? 0) > (status?.currentHealthy ?? 0))
        .map(budget => ({
          labels: stateLabels(budget, 'poddisruptionbudget'),
          description: `PodDisruptionBudget ${nameOf(budget)} lacks healthy pods.`,
        })),
  },
];

const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

function conditionOf({ status }: Node, type: string): string | undefined {
  return status?.conditions?.find(condition => condition.type === type)?.status;
}

function isCordoned({ spec }: Node): boolean {
  return spec?.unschedulable === true;
}

function usesOf(quota: ResourceQuota, matches: (share: number) => boolean): Finding[] {
  const { hard = {}, used = {} } = quota.status ?? {};
  return Object.keys(hard).flatMap(resource => {
    const [limit = 0, use] = [hard[resource], used[resource]].map(one => parseQuantity(one ?? ''));
    if (use === undefined || limit <= 0 || !matches(use / limit)) return [];
    const labels = { ...stateLabels(quota, 'resourcequota'), resource };
    const share = Math.round((use / limit) * 100);
    return [{ labels, description: `${nameOf(quota)} uses ${share}% of its ${resource}.` }];
  });
}
