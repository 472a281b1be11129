import { type Resource, row } from '../resource.ts';

export const rbacResources: readonly Resource[] = [
  row({
    group: 'rbac.authorization.k8s.io',
    plural: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    namespaced: false,
    nameForm: 'path',
  }),
  row({
    group: 'rbac.authorization.k8s.io',
    plural: 'clusterroles',
    kind: 'ClusterRole',
    namespaced: false,
    nameForm: 'path',
  }),
  row({ group: 'rbac.authorization.k8s.io', plural: 'rolebindings', kind: 'RoleBinding', nameForm: 'path' }),
  row({ group: 'rbac.authorization.k8s.io', plural: 'roles', kind: 'Role', nameForm: 'path' }),
];
