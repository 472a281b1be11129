import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
} from '@kubernetes/client-node';
import { expect, test, vi } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { deployment, pod, testServer } from './fixtures.ts';
import { serve } from './http_fixture.ts';

function configFor(server: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'embedded', server, skipTLSVerify: true }],
    users: [{ name: 'nobody' }],
    contexts: [{ name: 'embedded', cluster: 'embedded', user: 'nobody' }],
    currentContext: 'embedded',
  });
  return config;
}

/** The client has its own classes for what is the same JSON. */
function officialDeployment(name: string): V1Deployment {
  return JSON.parse(JSON.stringify(deployment(name)));
}

test('the official JavaScript client reads and writes', async () => {
  const { url } = await serve(testServer().server);
  const apps = configFor(url).makeApiClient(AppsV1Api);
  const core = configFor(url).makeApiClient(CoreV1Api);
  const namespace = 'default';
  await apps.createNamespacedDeployment({ namespace, body: officialDeployment('web') });
  const read = await apps.readNamespacedDeployment({ namespace, name: 'web' });
  expect(read.spec?.strategy?.rollingUpdate?.maxSurge).toBe('25%');
  expect(read.metadata?.creationTimestamp).toEqual(new Date('2026-03-01T12:00:00Z'));
  await apps.patchNamespacedDeployment(
    { namespace, name: 'web', body: { spec: { replicas: 4 } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
  expect(scale.spec?.replicas).toBe(4);
  expect((await core.listNamespace()).items.map(item => item.metadata?.name)).toContain('kube-system');
  await apps.deleteNamespacedDeployment({ namespace, name: 'web' });
  await expect(apps.readNamespacedDeployment({ namespace, name: 'web' })).rejects.toMatchObject({ code: 404 });
});

test('its informer sees what is there and what happens', async () => {
  const { server, client } = testServer();
  const { url } = await serve(server);
  await client.create<Pod>('pods', pod('before'));
  const config = configFor(url);
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () =>
    core.listNamespacedPod({ namespace: 'default' }),
  );
  const seen: string[] = [];
  for (const type of ['add', 'update', 'delete'] as const) {
    informer.on(type, (object: KubernetesObject) => seen.push(`${type} ${object.metadata?.name}`));
  }
  await informer.start();
  await vi.waitFor(() => expect(seen).toEqual(['add before']));
  await client.create<Pod>('pods', pod('after'));
  await client.delete({ resource: 'pods', name: 'before', namespace: 'default' });
  await vi.waitFor(() => expect(seen).toEqual(['add before', 'add after', 'delete before']));
  await informer.stop();
});
