import { expect, test } from 'vitest';
import type { PolicyRule } from '../../../../src/kubernetes/kinds/access.ts';
import { createVirtualClock } from '../../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../../src/simulation/api/server.ts';
import { pod } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

const rbac = 'rbac.authorization.k8s.io';
const tokens = [
  { token: 'root-token', user: 'admin', groups: ['system:masters'] },
  { token: 'ann-token', user: 'ann', groups: ['readers'] },
];

async function guarded() {
  const server = createApiServer({ clock: createVirtualClock({ start: Date.parse('2026-03-01T12:00:00Z') }), tokens });
  const client = server.client();
  const { send } = await serve(server);
  const as =
    (token: string, more: Record<string, string> = {}) =>
    (method: string, path: string, body?: object) =>
      send(method, path, body, { authorization: `Bearer ${token}`, ...more });
  async function grant(kind: 'Role' | 'ClusterRole', rules: PolicyRule[], subject: object = userAnn): Promise<void> {
    const namespace = kind === 'Role' ? { namespace: 'default' } : {};
    const metadata = { name: 'granted', ...namespace };
    const apiVersion = `${rbac}/v1`;
    const plural = kind.toLowerCase();
    await client.create(`${plural}s.${rbac}`, { apiVersion, kind, metadata, ...{ rules } });
    const roleRef = { apiGroup: rbac, kind, name: 'granted' };
    const binding = { apiVersion, kind: `${kind}Binding`, metadata, ...{ roleRef, subjects: [subject] } };
    await client.create(`${plural}bindings.${rbac}`, binding);
  }
  return { client, send, as, ann: as('ann-token'), root: as('root-token'), grant };
}

const userAnn = { kind: 'User', apiGroup: rbac, name: 'ann' };
const podsPath = '/api/v1/namespaces/default/pods';

test('a wrong token is nobody’s, and without one only what everybody may see is shown', async () => {
  const { send, as } = await guarded();
  expect((await as('guess')('GET', podsPath)).body).toMatchObject({
    kind: 'Status',
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  });
  expect((await send('GET', '/readyz')).code).toBe(200);
  expect((await send('GET', '/version')).code).toBe(200);
  expect((await send('GET', '/apis')).body).toMatchObject({
    code: 403,
    message: 'forbidden: User "system:anonymous" cannot get path "/apis"',
    details: {},
  });
  expect((await send('GET', podsPath)).body['message']).toBe(
    'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
  );
});

test.each([
  [
    'GET',
    podsPath,
    'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
  ],
  [
    'GET',
    '/api/v1/pods?watch=1',
    'pods is forbidden: User "ann" cannot watch resource "pods" in API group "" at the cluster scope',
  ],
  [
    'GET',
    `${podsPath}/a/log`,
    'pods "a" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the namespace "default"',
  ],
  [
    'DELETE',
    '/api/v1/nodes/n',
    'nodes "n" is forbidden: User "ann" cannot delete resource "nodes" in API group "" at the cluster scope',
  ],
  [
    'GET',
    '/api/v1/namespaces/shop',
    'namespaces "shop" is forbidden: User "ann" cannot get resource "namespaces" in API group "" in the namespace "shop"',
  ],
  [
    'GET',
    '/apis/apps/v1/deployments',
    'deployments.apps is forbidden: User "ann" cannot list resource "deployments" in API group "apps" at the cluster scope',
  ],
  ['GET', '/metrics', 'forbidden: User "ann" cannot get path "/metrics"'],
])('who may nothing is told what: %s %s', async (method, path, message) => {
  const { ann } = await guarded();
  expect((await ann(method, path)).body).toMatchObject({ code: 403, reason: 'Forbidden', message });
});

test('a role lets its subjects do what it says, where it says, and no more', async () => {
  const { client, ann, grant } = await guarded();
  await client.create('pods', pod('a'));
  await grant('Role', [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['one'], verbs: ['*'] },
    { apiGroups: ['*'], resources: ['*/scale'], verbs: ['get'] },
  ]);
  expect((await ann('GET', podsPath)).code).toBe(200);
  expect((await ann('GET', `${podsPath}/a`)).code).toBe(200);
  expect((await ann('GET', `${podsPath}/a/log`)).code).toBe(403);
  expect((await ann('DELETE', `${podsPath}/a`)).code).toBe(403);
  expect((await ann('GET', '/api/v1/namespaces/kube-system/pods')).code).toBe(403);
  expect((await ann('GET', '/api/v1/namespaces/default/configmaps/one')).code).toBe(404);
  expect((await ann('GET', '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Done')).code).toBe(200);
  expect((await ann('GET', '/api/v1/namespaces/default/configmaps/two')).code).toBe(403);
  expect((await ann('GET', '/apis/apps/v1/namespaces/default/deployments/d/scale')).code).toBe(404);
  await client.delete({ resource: `rolebindings.${rbac}`, name: 'granted', namespace: 'default' });
  expect((await ann('GET', podsPath)).code).toBe(403);
});

test('groups, accounts and the roles that every cluster has', async () => {
  const { client, ann } = await guarded();
  const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'view' };
  const subjects = [{ kind: 'Group', apiGroup: rbac, name: 'readers' }];
  const binding = { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: 'readers' } };
  await client.create(`clusterrolebindings.${rbac}`, { ...binding, ...{ roleRef, subjects } });
  expect((await ann('GET', '/api/v1/pods')).code).toBe(200);
  expect((await ann('GET', '/apis/apps/v1/deployments')).code).toBe(200);
  expect((await ann('GET', '/api/v1/secrets')).code).toBe(403);
  expect((await ann('POST', podsPath, pod('a'))).code).toBe(403);
  expect((await ann('GET', '/apis')).code).toBe(200);
});

test('a binding to a role that is not there says so', async () => {
  const { client, ann } = await guarded();
  const roleRef = { apiGroup: rbac, kind: 'Role', name: 'lost' };
  const metadata = { name: 'b', namespace: 'default' };
  const binding = { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, ...{ roleRef, subjects: [userAnn] } };
  await client.create(`rolebindings.${rbac}`, binding);
  expect((await ann('GET', podsPath)).body['message']).toBe(
    'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "lost" not found',
  );
});

test('an account acts with a token of its own for as long as both are good', async () => {
  const { client, as, root, grant } = await guarded();
  const metadata = { name: 'robot', namespace: 'default' };
  await client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const account = { kind: 'ServiceAccount', name: 'robot', namespace: 'default' };
  await grant('Role', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }], account);
  const path = '/api/v1/namespaces/default/serviceaccounts/robot/token';
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const issued = await root('POST', path, request);
  expect(issued.code).toBe(201);
  const { token, expirationTimestamp } = issued.body['status'] as { token: string; expirationTimestamp: string };
  expect(expirationTimestamp).toBe('2026-03-01T13:00:00Z');
  const robot = as(token);
  expect((await robot('GET', podsPath)).code).toBe(200);
  expect((await robot('GET', '/api/v1/pods')).body['message']).toContain('User "system:serviceaccount:default:robot"');
  expect((await as(`${token}x`)('GET', podsPath)).code).toBe(401);
  const short = await root('POST', path, { ...request, spec: { expirationSeconds: 60 } });
  expect(short.body['message']).toBe(
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
  );
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  expect((await root('POST', '/apis/authentication.k8s.io/v1/tokenreviews', review)).body).toMatchObject({
    status: {
      authenticated: true,
      user: {
        username: 'system:serviceaccount:default:robot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    },
  });
  await client.delete({ resource: 'serviceaccounts', ...metadata });
  expect((await robot('GET', podsPath)).code).toBe(401);
});

test('who may act as another is taken for them, and nobody else is', async () => {
  const { as, ann } = await guarded();
  const asAnn = as('root-token', { 'impersonate-user': 'ann', 'impersonate-group': 'readers' });
  expect((await asAnn('GET', podsPath)).body['message']).toContain('User "ann" cannot list resource "pods"');
  const self = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  expect((await asAnn('POST', self, review)).body['status']).toEqual({
    userInfo: { username: 'ann', groups: ['readers', 'system:authenticated'] },
  });
  const asRoot = as('ann-token', { 'impersonate-user': 'admin' });
  expect((await asRoot('GET', podsPath)).body).toMatchObject({
    code: 403,
    message:
      'users "admin" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope',
  });
  expect((await ann('POST', self, review)).code).toBe(201);
});

test('the server answers what somebody may', async () => {
  const { root, ann, grant } = await guarded();
  await grant('Role', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
  const path = '/apis/authorization.k8s.io/v1';
  const about = (verb: string) => ({ resourceAttributes: { namespace: 'default', verb, resource: 'pods' } });
  const self = (verb: string) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: about(verb),
  });
  expect((await ann('POST', `${path}/selfsubjectaccessreviews`, self('get'))).body['status']).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "granted/default" of Role "granted" to User "ann"',
  });
  expect((await ann('POST', `${path}/selfsubjectaccessreviews`, self('list'))).body['status']).toEqual({
    allowed: false,
  });
  const others = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: 'ann', ...about('get') },
  };
  expect((await root('POST', `${path}/subjectaccessreviews`, others)).body['status']).toMatchObject({ allowed: true });
  expect((await ann('POST', `${path}/subjectaccessreviews`, others)).code).toBe(403);
  const rules = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace: 'default' },
  };
  expect((await ann('POST', `${path}/selfsubjectrulesreviews`, rules)).body['status']).toMatchObject({
    resourceRules: expect.arrayContaining([{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]),
    nonResourceRules: expect.arrayContaining([expect.objectContaining({ verbs: ['get'] })]),
    incomplete: false,
  });
});

test('nobody hands out what they do not have', async () => {
  const { ann, grant, client } = await guarded();
  await grant('Role', [
    { apiGroups: [rbac], resources: ['roles', 'rolebindings'], verbs: ['create', 'update'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
  ]);
  const roles = `/apis/${rbac}/v1/namespaces/default/roles`;
  const role = (name: string, rules: PolicyRule[]) => ({
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name, namespace: 'default' },
    rules,
  });
  const mine = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const more = [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list'] }];
  expect((await ann('POST', roles, role('mine', mine))).code).toBe(201);
  expect((await ann('POST', roles, role('more', more))).body).toMatchObject({
    code: 403,
    message: `roles.${rbac} "more" is forbidden: user "ann" (groups=["readers" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["list"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}`,
  });
  await client.create(`roles.${rbac}`, role('more', more));
  const binding = {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'more', namespace: 'default' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'more' },
    subjects: [userAnn],
  };
  expect((await ann('POST', `/apis/${rbac}/v1/namespaces/default/rolebindings`, binding)).code).toBe(403);
});

test('a server without tokens takes everybody in', async () => {
  const server = createApiServer({ clock: createVirtualClock({ start: 0 }) });
  const { send } = await serve(server);
  expect((await send('GET', podsPath)).code).toBe(200);
  expect((await send('GET', podsPath, undefined, { authorization: 'Bearer whatever' })).code).toBe(200);
});
