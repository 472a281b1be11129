import { defaultRole, defaultRoleBinding } from '../defaults/policy.ts';
import { type Resource, row } from '../resource.ts';
import { policyColumns } from '../table/policy.ts';
import { rbacGroup as group, validateRole, validateRoleBinding } from '../validation/rbac.ts';

const role = {
  group,
  nameForm: 'path',
  fillIn: defaultRole,
  validate: validateRole,
  columns: policyColumns.created,
} as const;

const binding = {
  group,
  nameForm: 'path',
  fillIn: defaultRoleBinding,
  validate: validateRoleBinding,
  columns: policyColumns.bindings,
} as const;

export const rbacResources: readonly Resource[] = [
  row({ ...binding, plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', namespaced: false }),
  row({ ...role, plural: 'clusterroles', kind: 'ClusterRole', namespaced: false }),
  row({ ...binding, plural: 'rolebindings', kind: 'RoleBinding' }),
  row({ ...role, plural: 'roles', kind: 'Role' }),
];
