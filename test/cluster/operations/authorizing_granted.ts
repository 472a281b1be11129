import * as made from '../manifests.ts';
import { get, type Operation, operation, post, type Step } from '../operation.ts';
import * as at from '../places.ts';

type Fields = Record<string, unknown>;
const reader = { as: 'reader' } as const;

/** An authorizer learns of a role a moment later: this asks until it has. */
const until = (code: number, step: Step): Step => ({ ...step, until: code });
const canList = until(200, get(at.pods(), reader));
export const granted = [
  post(at.roles(), made.role('reader')),
  post(at.roleBindings(), made.roleBinding('reader')),
  canList,
];

const rule = (apiGroup: string, resource: string, verbs: string[], more: Fields = {}) => ({
  rules: [{ apiGroups: [apiGroup], resources: [resource], verbs, ...more }],
});
const given = (rules: Fields) => [
  post(at.roles(), made.role('reader', rules)),
  post(at.roleBindings(), made.roleBinding('reader')),
];
const toSubject = (subject: Fields) => [
  post(at.roles(), made.role('reader')),
  post(at.roleBindings(), made.roleBinding('reader', { subjects: [subject] })),
];
const boundTo = (name: string) =>
  post(
    at.roleBindings(),
    made.roleBinding('reader', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name } }),
  );
const rbac = 'rbac.authorization.k8s.io';
const onlyA = given(rule('', 'pods', ['get'], { resourceNames: ['a'] }));

export const authorizingGranted: readonly Operation[] = [
  operation('auth: granted', ...granted, get(at.pods(), reader)),
  operation('auth: granted only that', ...granted, get(at.configMaps(), reader)),
  operation('auth: granted only to look', ...granted, post(at.pods(), made.pod('a'), reader)),
  operation('auth: granted only here', ...granted, get('/api/v1/namespaces/default/pods', reader)),
  operation('auth: granted, but not its subresource', ...granted, get(at.pods('a', 'log'), reader)),
  operation('auth: granted to a group', ...toSubject({ kind: 'Group', name: 'readers', apiGroup: rbac }), canList),
  operation(
    'auth: granted to all who are known',
    ...toSubject({ kind: 'Group', name: 'system:authenticated' }),
    until(200, get(at.pods(), { as: 'nobody' })),
  ),
  operation('auth: granted to somebody else', ...toSubject({ kind: 'User', name: 'other' }), get(at.pods(), reader)),
  operation(
    'auth: a role that is not there',
    post(at.roleBindings(), made.roleBinding('nothing', { roleRef: { apiGroup: rbac, kind: 'Role', name: 'none' } })),
    post(at.roles(), made.role('reader')),
    post(at.roleBindings(), made.roleBinding('reader')),
    // By then a real server has seen the first binding as well.
    until(200, get(at.pods(), reader)),
    get(at.configMaps(), reader),
  ),
  operation(
    'auth: one object by its name',
    ...onlyA,
    post(at.pods(), made.pod('a')),
    until(200, get(at.pods('a'), reader)),
  ),
  operation(
    'auth: another object than that',
    ...onlyA,
    until(404, get(at.pods('a'), reader)),
    get(at.pods('b'), reader),
  ),
  operation('auth: not a list of them', ...onlyA, until(404, get(at.pods('a'), reader)), get(at.pods(), reader)),
  operation(
    'auth: everything of everything',
    ...given(rule('*', '*', ['*'])),
    until(201, post(at.configMaps(), made.configMap('a'), reader)),
  ),
  operation(
    'auth: a cluster role in one namespace',
    post(at.clusterRoles(), made.clusterRole('{ns}', rule('', 'configmaps', ['list']))),
    boundTo('{ns}'),
    until(200, get(at.configMaps(), reader)),
  ),
  operation(
    'auth: a cluster role everywhere',
    post(at.clusterRoles(), made.clusterRole('{ns}')),
    post(at.clusterRoleBindings(), {
      metadata: { name: '{ns}' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: '{ns}' },
      subjects: [{ kind: 'User', name: 'reader' }],
    }),
    until(404, get(at.nodes('none'), reader)),
  ),
  operation(
    'auth: nobody grants what they have not',
    ...given(rule(rbac, 'roles', ['create', 'list'])),
    until(200, get(at.roles(), reader)),
    post(at.roles(), made.role('more'), reader),
  ),
  operation(
    'auth: nobody binds what they have not',
    post(at.roles(), made.role('more')),
    ...given(rule(rbac, 'rolebindings', ['create', 'list'])),
    until(200, get(at.roleBindings(), reader)),
    post(
      at.roleBindings(),
      made.roleBinding('more', { roleRef: { apiGroup: rbac, kind: 'Role', name: 'more' } }),
      reader,
    ),
  ),
];
