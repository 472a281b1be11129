import { afterEach, expect, test } from 'vitest';
import type { ClusterRole } from '../../../src/kubernetes/kinds/access.ts';
import type { ResourceQuota } from '../../../src/kubernetes/kinds/policy.ts';
import type { ConfigMap, Namespace, Pod, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { startControllers } from '../../../src/simulation/controllers/controllers.ts';
import { start } from '../cluster_in_test.ts';
import { deploymentOf } from '../shop.ts';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function controlPlane() {
  const clock = createVirtualClock({ start });
  const client = createApiServer({ clock }).client();
  stops.push(startControllers({ client, clock }).stop, clock.stop);
  async function run(seconds: number): Promise<void> {
    clock.start();
    await clock.sleep(seconds * 1000);
    clock.stop();
  }
  return { client, run };
}

function replicaSet(replicas: number): ReplicaSet {
  const { metadata, spec } = deploymentOf('web', replicas);
  const { selector, template } = spec;
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas, selector, template } };
}

test('a quota stops a ReplicaSet, says so, and gives room again to what goes', async () => {
  const { client, run } = controlPlane();
  await client.create<ResourceQuota>('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'ration', namespace: 'default' },
    spec: { hard: { pods: '2', 'requests.cpu': '1', 'count/replicasets.apps': '4' } },
  });
  await run(1);
  await client.create<ReplicaSet>('replicasets.apps', replicaSet(3));
  await run(5);
  const quota = () => client.get<ResourceQuota>('resourcequotas', 'ration', 'default');
  expect((await quota())?.status).toEqual({
    hard: { pods: '2', 'requests.cpu': '1', 'count/replicasets.apps': '4' },
    used: { pods: '2', 'requests.cpu': '100m', 'count/replicasets.apps': '1' },
  });
  const set = await client.get<ReplicaSet>('replicasets.apps', 'web', 'default');
  expect(set?.status).toMatchObject({
    replicas: 2,
    conditions: [
      {
        type: 'ReplicaFailure',
        reason: 'FailedCreate',
        message: expect.stringMatching(
          /^pods "web-.*" is forbidden: exceeded quota: ration, requested: pods=1, used: pods=2, limited: pods=2$/,
        ),
      },
    ],
  });
  await client.patch(
    { resource: 'replicasets.apps', name: 'web', namespace: 'default' },
    { type: 'merge', body: { spec: { replicas: 1 } } },
  );
  await run(5);
  expect((await quota())?.status?.used).toMatchObject({ pods: '1', 'requests.cpu': '50m' });
  expect((await client.list<Pod>('pods')).items).toHaveLength(1);
});

test('a namespace gets its account and its certificate, and gets them back', async () => {
  const { client, run } = controlPlane();
  await client.create<Namespace>('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await run(1);
  const account = () => client.get('serviceaccounts', 'default', 'shop');
  const map = () => client.get<ConfigMap>('configmaps', 'kube-root-ca.crt', 'shop');
  expect(await account()).toMatchObject({ kind: 'ServiceAccount' });
  const certificate = (await map())?.data?.['ca.crt'];
  expect(certificate).toContain('BEGIN CERTIFICATE');
  await client.delete({ resource: 'serviceaccounts', name: 'default', namespace: 'shop' });
  await client.delete({ resource: 'configmaps', name: 'kube-root-ca.crt', namespace: 'shop' });
  await run(1);
  expect(await account()).toBeDefined();
  expect((await map())?.data?.['ca.crt']).toBe(certificate);
  await client.delete({ resource: 'namespaces', name: 'shop' });
  await run(30);
  expect(await client.get('namespaces', 'shop')).toBeUndefined();
});

test('a role that is made of others follows them', async () => {
  const { client, run } = controlPlane();
  const resource = 'clusterroles.rbac.authorization.k8s.io';
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
  const clusterRoleSelectors = [{ matchLabels: { part: 'yes' } }];
  await client.create<ClusterRole>(resource, {
    ...role,
    metadata: { name: 'whole' },
    aggregationRule: { clusterRoleSelectors },
  });
  const rules = [{ apiGroups: ['shop.example'], resources: ['carts'], verbs: ['get'] }];
  await client.create<ClusterRole>(resource, { ...role, metadata: { name: 'some', labels: { part: 'yes' } }, rules });
  await run(1);
  expect((await client.get<ClusterRole>(resource, 'whole'))?.rules).toEqual(rules);
});
