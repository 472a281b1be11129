import * as made from '../manifests.ts';
import { get, type Operation, operation, post, type Step, story, watch } from '../operation.ts';
import * as at from '../places.ts';

const reader = { as: 'reader' } as const;
const nobody = { as: 'nobody' } as const;
const granted = [post(at.roles(), made.role('reader')), post(at.roleBindings(), made.roleBinding('reader'))];
const may = (attributes: Record<string, unknown>, as: Step['as'] = 'reader') =>
  post(
    at.accessReviews(),
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: '{ns}', ...attributes } },
    },
    as ? { as } : {},
  );
const rules = (as: Step['as']) =>
  post(
    at.rulesReviews(),
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: '{ns}' } },
    as ? { as } : {},
  );
const bindingTo = (subject: Record<string, unknown>) => [
  post(at.roles(), made.role('reader')),
  post(at.roleBindings(), made.roleBinding('reader', { subjects: [subject] })),
];

export const authorizing: readonly Operation[] = [
  operation('auth: a token that nobody knows', get(at.pods(), { as: 'stranger' })),
  operation('auth: no token', get(at.pods(), { as: 'none' })),
  operation('auth: no token asks for the version', get('/version', { as: 'none' })),
  operation('auth: no token asks for health', get('/healthz', { as: 'none' })),
  operation('auth: no token asks for discovery', get('/api', { as: 'none' })),
  operation('auth: a token that nobody knows asks for health', get('/healthz', { as: 'stranger' })),
  operation('auth: no rights to list', get(at.pods(), nobody)),
  operation('auth: no rights to get', get(at.deployments('a'), nobody)),
  operation('auth: no rights to create', post(at.pods(), made.pod('a'), nobody)),
  operation('auth: no rights to delete', { method: 'DELETE', path: at.pods('a'), ...nobody }),
  operation('auth: no rights to delete all', { method: 'DELETE', path: at.pods(), ...nobody }),
  operation('auth: no rights to watch', { ...watch(`${at.pods()}?watch=1`, 1), ...nobody }),
  operation('auth: no rights to patch a subresource', {
    method: 'PATCH',
    path: at.deployments('a', 'scale'),
    body: {},
    type: 'application/merge-patch+json',
    ...nobody,
  }),
  operation('auth: no rights in all namespaces', get('/api/v1/pods', nobody)),
  operation('auth: no rights to nodes', get(at.nodes(), nobody)),
  operation('auth: no rights to a path', get('/metrics', nobody)),
  operation('auth: no rights to what is not there', get('/apis/none.example.com/v1/things', nobody)),
  operation('auth: discovery is for everybody', get('/apis/apps/v1', nobody)),
  operation('auth: granted', ...granted, get(at.pods(), reader)),
  operation('auth: granted only that', ...granted, get(at.configMaps(), reader)),
  operation('auth: granted only to look', ...granted, post(at.pods(), made.pod('a'), reader)),
  operation('auth: granted only here', ...granted, get('/api/v1/namespaces/default/pods', reader)),
  operation('auth: granted, but not its subresource', ...granted, get(at.pods('a', 'log'), reader)),
  operation(
    'auth: granted to a group',
    ...bindingTo({ kind: 'Group', name: 'readers', apiGroup: 'rbac.authorization.k8s.io' }),
    get(at.pods(), reader),
  ),
  operation(
    'auth: granted to all who are known',
    ...bindingTo({ kind: 'Group', name: 'system:authenticated' }),
    get(at.pods(), nobody),
  ),
  operation('auth: granted to somebody else', ...bindingTo({ kind: 'User', name: 'other' }), get(at.pods(), reader)),
  operation(
    'auth: a role that is not there',
    post(at.roleBindings(), made.roleBinding('reader')),
    get(at.pods(), reader),
  ),
  operation(
    'auth: one object by its name',
    post(
      at.roles(),
      made.role('reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['a'] }] }),
    ),
    post(at.roleBindings(), made.roleBinding('reader')),
    post(at.pods(), made.pod('a')),
    get(at.pods('a'), reader),
  ),
  operation(
    'auth: another object than that',
    post(
      at.roles(),
      made.role('reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: ['a'] }] }),
    ),
    post(at.roleBindings(), made.roleBinding('reader')),
    get(at.pods('b'), reader),
  ),
  operation(
    'auth: everything of everything',
    post(at.roles(), made.role('reader', { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] })),
    post(at.roleBindings(), made.roleBinding('reader')),
    post(at.configMaps(), made.configMap('a'), reader),
  ),
  operation(
    'auth: a cluster role in one namespace',
    post(
      at.clusterRoles(),
      made.clusterRole('{ns}', { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] }),
    ),
    post(
      at.roleBindings(),
      made.roleBinding('reader', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: '{ns}' },
      }),
    ),
    get(at.configMaps(), reader),
  ),
  operation(
    'auth: a cluster role everywhere',
    post(at.clusterRoles(), made.clusterRole('{ns}')),
    post(at.clusterRoleBindings(), {
      metadata: { name: '{ns}' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: '{ns}' },
      subjects: [{ kind: 'User', name: 'reader' }],
    }),
    get(at.nodes('none'), reader),
  ),
  operation(
    'auth: the view role',
    post(
      at.roleBindings(),
      made.roleBinding('reader', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      }),
    ),
    get(at.deployments(), reader),
  ),
  operation(
    'auth: the view role shows no secrets',
    post(
      at.roleBindings(),
      made.roleBinding('reader', {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      }),
    ),
    get(at.secrets(), reader),
  ),
  operation(
    'auth: nobody grants what they have not',
    post(
      at.roles(),
      made.role('reader', {
        rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }],
      }),
    ),
    post(at.roleBindings(), made.roleBinding('reader')),
    post(at.roles(), made.role('more'), reader),
  ),
  operation(
    'auth: nobody binds what they have not',
    post(at.roles(), made.role('more')),
    post(
      at.roles(),
      made.role('reader', {
        rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], verbs: ['create'] }],
      }),
    ),
    post(at.roleBindings(), made.roleBinding('reader')),
    post(
      at.roleBindings(),
      made.roleBinding('more', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'more' } }),
      reader,
    ),
  ),
  operation('can I: yes', ...granted, may({ verb: 'list', resource: 'pods' })),
  operation('can I: no', ...granted, may({ verb: 'delete', resource: 'pods' })),
  operation('can I: an administrator', may({ verb: 'delete', resource: 'pods' }, 'admin')),
  operation('can I: elsewhere', ...granted, may({ verb: 'list', resource: 'pods', namespace: 'default' })),
  operation('can I: a subresource', ...granted, may({ verb: 'get', resource: 'pods', subresource: 'log' })),
  operation(
    'can I: a path',
    post(at.accessReviews(), { spec: { nonResourceAttributes: { path: '/version', verb: 'get' } } }, reader),
  ),
  operation('can I: neither', post(at.accessReviews(), { spec: {} }, reader)),
  operation(
    'can I: both',
    post(
      at.accessReviews(),
      {
        spec: {
          resourceAttributes: { verb: 'get', resource: 'pods' },
          nonResourceAttributes: { path: '/', verb: 'get' },
        },
      },
      reader,
    ),
  ),
  operation('can I: everything', ...granted, rules('reader')),
  operation('can I: everything as an administrator', rules('admin')),
  operation('can I: everything, without a namespace', post(at.rulesReviews(), { spec: {} }, reader)),
  operation(
    'can I: could somebody else',
    ...granted,
    post(at.subjectReviews(), {
      spec: { user: 'reader', resourceAttributes: { namespace: '{ns}', verb: 'list', resource: 'pods' } },
    }),
  ),
  operation('can I: who am I', post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, reader)),
  story('can I: the discovery for everybody', get('/apis', nobody), get('/version', nobody)),
];
