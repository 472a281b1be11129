import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/objects.ts';
import { ApiError } from '../../../../src/simulation/api/client.ts';
import { testServer } from '../fixtures.ts';
import { as, serve } from '../http_fixture.ts';

const rbac = 'rbac.authorization.k8s.io';

function object(kind: string, apiVersion: string, rest: object): KubeObject {
  const metadata = {
    name: 'a',
    ...(kind.startsWith('Cluster') || kind === 'PriorityClass' ? {} : { namespace: 'default' }),
  };
  return { apiVersion, kind, metadata, ...rest };
}

const budget = (spec: object) => object('PodDisruptionBudget', 'policy/v1', { spec });
const quota = (spec: object) => object('ResourceQuota', 'v1', { spec });
const limits = (...items: object[]) => object('LimitRange', 'v1', { spec: { limits: items } });
const secret = (type: string, data: object = {}) => object('Secret', 'v1', { type, data });
const role = (rule: object) => object('Role', `${rbac}/v1`, { rules: [rule] });
const binding = (rest: object) => object('RoleBinding', `${rbac}/v1`, rest);

test.each<[string, string, KubeObject, string]>([
  [
    'a budget of more than everything',
    'poddisruptionbudgets.policy',
    budget({ minAvailable: '101%' }),
    'PodDisruptionBudget.policy "a" is invalid: spec.minAvailable: Invalid value: "101%": must not be greater than 100%',
  ],
  [
    'a budget that is twofold',
    'poddisruptionbudgets.policy',
    budget({ minAvailable: 1, maxUnavailable: 1 }),
    'PodDisruptionBudget.policy "a" is invalid: spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
  ],
  [
    'a quota of what is not rationed',
    'resourcequotas',
    quota({ hard: { bananas: '1' } }),
    'ResourceQuota "a" is invalid: [spec.hard[bananas]: Invalid value: "bananas": must be a standard resource type or fully qualified, spec.hard[bananas]: Invalid value: "bananas": must be a standard resource for quota]',
  ],
  [
    'half a pod',
    'resourcequotas',
    quota({ hard: { pods: '500m' } }),
    'ResourceQuota "a" is invalid: spec.hard[pods]: Invalid value: "500m": must be an integer',
  ],
  [
    'a least above the most',
    'limitranges',
    limits({ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }),
    'LimitRange "a" is invalid: spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
  ],
  [
    'a role that lets nothing be done',
    `roles.${rbac}`,
    role({ apiGroups: [''], resources: ['pods'], verbs: [] }),
    `Role.${rbac} "a" is invalid: rules[0].verbs: Required value: verbs must contain at least one value`,
  ],
  [
    'a binding of nobody knows what',
    `rolebindings.${rbac}`,
    binding({ roleRef: { kind: 'Thing', name: 'x' }, subjects: [{ kind: 'Ghost', name: 'g' }] }),
    `RoleBinding.${rbac} "a" is invalid: [roleRef.kind: Unsupported value: "Thing": supported values: "Role", "ClusterRole", subjects[0].kind: Unsupported value: "Ghost": supported values: "ServiceAccount", "User", "Group"]`,
  ],
  [
    'a priority above those of the system',
    'priorityclasses.scheduling.k8s.io',
    object('PriorityClass', 'scheduling.k8s.io/v1', { value: 1_000_000_001 }),
    'PriorityClass.scheduling.k8s.io "a" is invalid: value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  [
    'more than there may be',
    'pods',
    object('Pod', 'v1', {
      spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }] },
    }),
    'Pod "a" is invalid: spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    'a certificate without its key',
    'secrets',
    secret('kubernetes.io/tls', { 'tls.crt': '' }),
    'Secret "a" is invalid: data[tls.key]: Required value',
  ],
  [
    'docker configuration that is none',
    'secrets',
    secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': Buffer.from('x').toString('base64') }),
    `Secret "a" is invalid: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
  ],
])('%s is refused', async (_what, resource, given, message) => {
  const { client } = testServer();
  const refusal = await client.create(resource, given).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApiError);
  expect(refusal).toMatchObject({ code: 422, message });
});

test('what was decided stays', async () => {
  const { client } = testServer();
  const target = (resource: string, namespace?: string) => ({
    resource,
    name: 'a',
    ...(namespace ? { namespace } : {}),
  });
  const classes = 'priorityclasses.scheduling.k8s.io';
  await client.create(classes, object('PriorityClass', 'scheduling.k8s.io/v1', { value: 1 }));
  await expect(client.patch(target(classes), { type: 'merge', body: { value: 2 } })).rejects.toMatchObject({
    message: expect.stringContaining('value: Forbidden: may not be changed in an update.'),
  });
  await client.create('secrets', secret('Opaque'));
  await expect(
    client.patch(target('secrets', 'default'), { type: 'merge', body: { type: 'other' } }),
  ).rejects.toMatchObject({ message: expect.stringContaining('type: Invalid value: "other": field is immutable') });
  const roleRef = { kind: 'Role', name: 'r' };
  await client.create(`rolebindings.${rbac}`, binding({ roleRef }));
  await expect(
    client.patch(target(`rolebindings.${rbac}`, 'default'), { type: 'merge', body: { roleRef: { name: 's' } } }),
  ).rejects.toMatchObject({ message: expect.stringContaining('cannot change roleRef') });
});

test('a LimitRange completes itself: a most is a limit, and a limit a request', async () => {
  const { client } = testServer();
  const made = await client.create(
    'limitranges',
    limits({ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }),
  );
  expect(made).toMatchObject({
    spec: { limits: [{ default: { cpu: '1' }, defaultRequest: { cpu: '1', memory: '1Mi' } }] },
  });
});

test.each([
  ['/apis/policy/v1/poddisruptionbudgets', ['Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions', 'Age']],
  ['/api/v1/resourcequotas', ['Name', 'Request', 'Limit', 'Age']],
  ['/api/v1/limitranges', ['Name', 'Created At']],
  [`/apis/${rbac}/v1/clusterroles`, ['Name', 'Created At']],
  [`/apis/${rbac}/v1/rolebindings`, ['Name', 'Role', 'Age', 'Users', 'Groups', 'ServiceAccounts']],
  ['/apis/scheduling.k8s.io/v1/priorityclasses', ['Name', 'Value', 'Global-Default', 'Age', 'PreemptionPolicy']],
  ['/apis/coordination.k8s.io/v1/leases', ['Name', 'Holder', 'Age']],
])('%s is shown in the columns of a real server', async (path, names) => {
  const { server } = testServer();
  const { send } = await serve(server);
  const { body } = await send('GET', path, undefined, as.table);
  expect((body['columnDefinitions'] as { name: string }[]).map(({ name }) => name)).toEqual(names);
});
