import type { ClusterRole, RoleBinding } from '../../../kubernetes/kinds/access.ts';
import type {
  Lease,
  LimitRange,
  PodDisruptionBudget,
  PriorityClass,
  ResourceQuota,
} from '../../../kubernetes/kinds/policy.ts';
import type { ResourceList } from '../../../kubernetes/objects.ts';
import { canonicalQuantity } from '../quantity.ts';

import { rbacGroup } from '../validation/rbac.ts';

export function defaultPriorityClass(given: PriorityClass): void {
  given.value ??= 0;
  given.preemptionPolicy ??= 'PreemptLowerPriority';
  // As on a real server, what is false is not written.
  if (given.globalDefault === false) delete given.globalDefault;
}

export function defaultBudget(budget: PodDisruptionBudget): void {
  budget.status ??= { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
}

export function defaultLease(lease: Lease): void {
  lease.spec ??= {};
}

export function defaultQuota(quota: ResourceQuota): void {
  quota.spec ??= {};
  quota.status ??= {};
  canonicalise(quota.spec.hard);
  canonicalise(quota.status?.hard);
  canonicalise(quota.status?.used);
}

/** What limits a container also is its default, and what it may have at most is its limit. */
export function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec.limits ?? []) {
    for (const part of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const) {
      canonicalise(item[part]);
    }
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...item.default };
    const requests = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

export function defaultRole(role: ClusterRole): void {
  // No rules are kept as none.
  if (!role.rules?.length) role.rules = null;
}

export function defaultRoleBinding(binding: RoleBinding): void {
  if (binding.roleRef) binding.roleRef.apiGroup ||= rbacGroup;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= rbacGroup;
    if (subject.kind !== 'ServiceAccount') continue;
    if (!subject.apiGroup) delete subject.apiGroup;
    if (binding.kind === 'RoleBinding' && binding.metadata.namespace) subject.namespace ||= binding.metadata.namespace;
  }
}

function canonicalise(list: ResourceList | undefined): void {
  for (const [name, value] of Object.entries(list ?? {})) {
    list![name] = canonicalQuantity(String(value)) ?? String(value);
  }
}
