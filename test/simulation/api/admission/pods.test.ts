import { expect, test } from 'vitest';
import type { LimitRangeItem } from '../../../../src/kubernetes/kinds/policy.ts';
import type { Pod } from '../../../../src/kubernetes/objects.ts';
import { node, pod, testServer } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

async function limited(...limits: LimitRangeItem[]) {
  const { server, client } = testServer();
  await client.create('limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'bounds', namespace: 'default' },
    ...{ spec: { limits } },
  });
  const { send } = await serve(server);
  const post = (object: Pod) => send('POST', '/api/v1/namespaces/default/pods', object);
  return { client, post };
}

function podWith(resources: NonNullable<Pod['spec']['containers'][number]['resources']>): Pod {
  const made = pod('a');
  made.spec.containers[0]!.resources = resources;
  return made;
}

test('a LimitRange gives what was not said, and says so', async () => {
  const { post } = await limited({ type: 'Container', default: { memory: '256Mi' }, defaultRequest: { cpu: '100m' } });
  const { body } = await post(pod('a'));
  expect(body).toMatchObject({
    metadata: {
      annotations: {
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: cpu, memory request for container app; memory limit for container app',
      },
    },
    spec: {
      containers: [{ resources: { limits: { memory: '256Mi' }, requests: { cpu: '100m', memory: '256Mi' } } }],
    },
    status: { qosClass: 'Burstable' },
  });
});

test.each<[string, LimitRangeItem, Parameters<typeof podWith>[0], string]>([
  [
    'more than the most',
    { type: 'Container', max: { memory: '512Mi' } },
    { limits: { memory: '1Gi' } },
    'maximum memory usage per Container is 512Mi, but limit is 1Gi',
  ],
  [
    'less than the least',
    { type: 'Container', min: { cpu: '100m' } },
    { requests: { cpu: '50m' } },
    'minimum cpu usage per Container is 100m, but request is 50m',
  ],
  [
    'no limit where a pod may have only so much',
    { type: 'Pod', max: { memory: '1Gi' } },
    {},
    'maximum memory usage per Pod is 1Gi.  No limit is specified',
  ],
  [
    'a limit too far from its request',
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    { requests: { cpu: '100m' }, limits: { cpu: '500m' } },
    'cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000',
  ],
])('a LimitRange refuses %s', async (_what, item, resources, why) => {
  const { post } = await limited(item);
  expect((await post(podWith(resources))).body).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: `pods "a" is forbidden: ${why}`,
  });
});

test('a pod runs as the default account, shows its token, and can be told not to', async () => {
  const { client } = testServer();
  const made = await client.create<Pod>('pods', pod('a'));
  const mount = { readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
  expect(made.spec).toMatchObject({
    serviceAccountName: 'default',
    serviceAccount: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    volumes: [{ name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/), projected: { defaultMode: 420 } }],
    containers: [{ volumeMounts: [mount] }],
  });
  const without = await client.create<Pod>('pods', {
    ...pod('b'),
    spec: { ...pod('b').spec, ...{ automountServiceAccountToken: false } },
  });
  expect(without.spec.volumes).toBeUndefined();
});

test('an account that is not there is refused, under the name that the pod is to have', async () => {
  const { client } = testServer();
  const made = pod('a');
  const spec = { ...made.spec, serviceAccountName: 'robot' };
  await expect(
    client.create<Pod>('pods', { ...made, metadata: { generateName: 'web-', namespace: 'default' }, spec }),
  ).rejects.toMatchObject({
    code: 403,
    message:
      'pods "web-" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
  });
  await client.create('serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'robot', namespace: 'default' },
    ...{ imagePullSecrets: [{ name: 'registry' }] },
  });
  expect(await client.create<Pod>('pods', { ...made, spec })).toMatchObject({
    spec: { serviceAccountName: 'robot', imagePullSecrets: [{ name: 'registry' }] },
  });
});

test('a priority comes from a class, and from nowhere else', async () => {
  const { client } = testServer();
  const raised = (more: object): Pod => ({ ...pod('a'), spec: { ...pod('a').spec, ...more } });
  await expect(client.create('pods', raised({ priorityClassName: 'urgent' }))).rejects.toMatchObject({
    code: 403,
    message: 'pods "a" is forbidden: no PriorityClass with name urgent was found',
  });
  await expect(client.create('pods', raised({ priority: 7 }))).rejects.toMatchObject({
    message:
      'pods "a" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  });
  const priorityClass = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' };
  const classes = 'priorityclasses.scheduling.k8s.io';
  const usual = { ...priorityClass, metadata: { name: 'usual' }, ...{ value: 10, globalDefault: true } };
  await client.create(classes, usual);
  await expect(client.create(classes, { ...usual, metadata: { name: 'other' } })).rejects.toMatchObject({
    code: 403,
    message:
      'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  });
  expect(await client.create<Pod>('pods', pod('b'))).toMatchObject({
    spec: { priority: 10, priorityClassName: 'usual' },
  });
});

test('a pod says where its node is, once it has one', async () => {
  const { client } = testServer();
  const zone = { 'topology.kubernetes.io/zone': 'north-1', 'topology.kubernetes.io/region': 'north' };
  const made = node('n');
  await client.create('nodes', { ...made, metadata: { name: 'n', labels: { ...zone, disk: 'fast' } } });
  await client.bind(await client.create<Pod>('pods', pod('a')), 'n');
  expect((await client.get('pods', 'a', 'default'))?.metadata.labels).toEqual({ app: 'web', ...zone });
});
