import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceQuota } from '../../../../src/kubernetes/kinds/policy.ts';
import type { KubeObject, Pod } from '../../../../src/kubernetes/objects.ts';
import { pod, testServer } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

type Spec = ResourceQuota['spec'];

/** A namespace with a quota whose count a controller has started. */
async function rationed(spec: Spec, used: Record<string, string> = {}) {
  const { server, client } = testServer();
  const metadata = { name: 'ration', namespace: 'default' };
  const quota = await client.create<ResourceQuota>('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata,
    spec,
  });
  const nothing = Object.fromEntries(Object.keys(spec.hard ?? {}).map(name => [name, '0']));
  const status = { ...(spec.hard ? { hard: spec.hard } : {}), used: { ...nothing, ...used } };
  await client.update<ResourceQuota>('resourcequotas', { ...quota, status }, { subresource: 'status' });
  const { send } = await serve(server);
  const usedNow = async () => (await client.get<ResourceQuota>('resourcequotas', 'ration', 'default'))?.status?.used;
  const post = (object: KubeObject & { spec?: object }, query = '') =>
    send('POST', `/api/v1/namespaces/default/${object.kind.toLowerCase()}s${query}`, object);
  return { client, post, usedNow, send };
}

function podWith(name: string, requests: Record<string, string>, limits: Record<string, string> = {}): Pod {
  const made = pod(name);
  made.spec.containers[0]!.resources = { requests, limits };
  return made;
}

test('what exceeds a quota is refused with the sums, and what fits is counted at once', async () => {
  const { post, usedNow } = await rationed({ hard: { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' } });
  const first = await post(podWith('a', { cpu: '600m' }, { memory: '512Mi' }));
  expect(first.code).toBe(201);
  expect(await usedNow()).toEqual({ pods: '1', 'requests.cpu': '600m', 'limits.memory': '512Mi' });
  const second = await post(podWith('b', { cpu: '500m' }, { memory: '640Mi' }));
  expect(second.body).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message:
      'pods "b" is forbidden: exceeded quota: ration, requested: limits.memory=640Mi,requests.cpu=500m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
    details: { name: 'b', kind: 'pods' },
  });
  expect(await usedNow()).toMatchObject({ pods: '1' });
});

test('where memory is rationed, each container has to say what it takes', async () => {
  const { post } = await rationed({ hard: { 'limits.cpu': '4', 'requests.memory': '4Gi' } });
  const silent = pod('silent');
  silent.spec.containers.push({ name: 'side', image: 'registry.example/side:1', resources: { limits: { cpu: '1' } } });
  expect((await post(silent)).body).toMatchObject({
    message:
      'pods "silent" is forbidden: failed quota: ration: must specify limits.cpu for: app; requests.memory for: app,side',
  });
});

test('a dry run is checked and not counted', async () => {
  const { post, usedNow } = await rationed({ hard: { pods: '1' } });
  expect((await post(pod('a'), '?dryRun=All')).code).toBe(201);
  expect(await usedNow()).toEqual({ pods: '0' });
  expect((await post(pod('a'))).code).toBe(201);
  expect((await post(pod('b'), '?dryRun=All')).code).toBe(403);
});

test('what is invalid, or there already, takes no room', async () => {
  const { post, usedNow } = await rationed({ hard: { 'count/configmaps': '3', secrets: '1' } });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' } };
  expect((await post(map)).code).toBe(201);
  expect((await post(map)).code).toBe(409);
  expect((await post({ ...map, metadata: { name: 'Not_A_Name', namespace: 'default' } })).code).toBe(422);
  expect(await usedNow()).toEqual({ 'count/configmaps': '1', secrets: '0' });
});

test('services are counted by what they open, also when they change', async () => {
  const { client, post, usedNow } = await rationed({
    hard: { services: '5', 'services.nodeports': '1', 'services.loadbalancers': '0' },
  });
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { ports: [{ port: 80 }] },
  };
  expect((await post(service)).code).toBe(201);
  expect(await usedNow()).toMatchObject({ services: '1', 'services.nodeports': '0' });
  const target = { resource: 'services', name: 's', namespace: 'default' };
  await client.patch(target, { type: 'merge', body: { spec: { type: 'NodePort' } } });
  expect(await usedNow()).toMatchObject({ services: '1', 'services.nodeports': '1' });
  const balanced = await post({
    ...service,
    metadata: { name: 't', namespace: 'default' },
    spec: { ...service.spec, type: 'LoadBalancer' },
  });
  expect(balanced.body['message']).toBe(
    'services "t" is forbidden: exceeded quota: ration, requested: services.loadbalancers=1,services.nodeports=1, used: services.loadbalancers=0,services.nodeports=1, limited: services.loadbalancers=0,services.nodeports=1',
  );
});

test('scopes choose whose pods are counted', async () => {
  const best = await rationed({ hard: { pods: '0' }, scopes: ['BestEffort'] });
  expect((await best.post(pod('a'))).code).toBe(403);
  expect((await best.post(podWith('b', { cpu: '1' }))).code).toBe(201);
  const ending = await rationed({ hard: { pods: '0' }, scopes: ['Terminating'] });
  expect((await ending.post(pod('a'))).code).toBe(201);
  const urgent = await rationed({
    hard: { pods: '0' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['urgent'] }] },
  });
  await urgent.client.create('priorityclasses.scheduling.k8s.io', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'urgent' },
    ...{ value: 1000 },
  });
  const raised = pod('a');
  Object.assign(raised.spec, { priorityClassName: 'urgent' });
  expect((await urgent.post(raised)).code).toBe(403);
  expect((await urgent.post(pod('b'))).code).toBe(201);
});

test('each refusal has a name of its own', async () => {
  const { client } = await rationed({ hard: { pods: '0' } });
  const refused = () =>
    client
      .create<Pod>('pods', { ...pod(''), metadata: { generateName: 'web-', namespace: 'default' } })
      .catch((error: Error) => error.message);
  const [first, second] = [await refused(), await refused()];
  expect(first).toMatch(/^pods "web-[a-z0-9]{5}" is forbidden: exceeded quota/);
  expect(second).not.toBe(first);
});

test('a quota that has not been counted yet lets everything in', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  await client.create('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'new', namespace: 'default' },
    ...{ spec: { hard: { pods: '0' } } },
  });
  expect((await send('POST', '/api/v1/namespaces/default/pods', pod('a'))).code).toBe(201);
});

test('whatever comes in, in whatever order and at once, no quota is ever exceeded', async () => {
  const asked = fc.array(fc.record({ cpu: fc.integer({ min: 1, max: 900 }), at: fc.nat({ max: 30 }) }), {
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(asked, async pods => {
      const { client, usedNow } = await rationed({ hard: { pods: '5', 'requests.cpu': '2' } });
      await Promise.allSettled(
        pods.map(({ cpu, at }) => client.create('pods', podWith(`p-${at}`, { cpu: `${cpu}m` }))),
      );
      const { items } = await client.list<Pod>('pods');
      const sum = items.reduce(
        (total, { spec }) => total + Number.parseInt(spec.containers[0]!.resources!.requests!['cpu']!, 10),
        0,
      );
      expect(items.length).toBeLessThanOrEqual(5);
      expect(sum).toBeLessThanOrEqual(2000);
      expect((await usedNow())?.['pods']).toBe(String(items.length));
    }),
    { numRuns: 30 },
  );
});
