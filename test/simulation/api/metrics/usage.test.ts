import { expect, test } from 'vitest';
import type { NodeMetrics, PodMetrics } from '../../../../src/kubernetes/kinds/autoscaling.ts';
import type { Pod } from '../../../../src/kubernetes/objects.ts';
import { node, pod, testServer } from '../fixtures.ts';

const at = Date.parse('2026-03-01T12:00:00Z');
const usageOf = (name: string) => ({
  namespace: 'default',
  pod: name,
  at,
  windowMs: 15_000,
  containers: [{ name: 'app', cpuCores: 0.0123456789, memoryBytes: 52_428_900 }],
});

async function serverWithPods() {
  const { server, client } = testServer();
  await client.create('nodes', node('node1'));
  for (const [name, startedAt] of [
    ['old', '2026-03-01T11:00:00Z'],
    ['young', '2026-03-01T11:59:50Z'],
  ] as const) {
    const created = await client.create<Pod>('pods', pod(name, { app: name }));
    const state = { running: { startedAt } };
    const container = { name: 'app', image: 'x', imageID: '', ready: true, restartCount: 0, state, lastState: {} };
    const status = { phase: 'Running' as const, containerStatuses: [container] };
    await client.update<Pod>('pods', { ...created, status }, { subresource: 'status' });
  }
  return { server, client };
}

test('without anybody who knows usage there is no metrics API', async () => {
  const { client } = testServer();
  await expect(client.list('pods.metrics.k8s.io')).rejects.toMatchObject({ code: 404 });
  expect((await client.resources()).some(({ apiVersion }) => apiVersion.startsWith('metrics'))).toBe(false);
});

test('usage is shown in the units of a metrics server, and of pods that were measured', async () => {
  const { server, client } = await serverWithPods();
  server.setUsageSource({
    pods: () => [usageOf('old'), usageOf('young'), usageOf('gone')],
    nodes: () => [{ node: 'node1', at, windowMs: 61_500, cpuCores: 0.25, memoryBytes: 2 ** 30 }],
  });
  const pods = await client.list<PodMetrics>('pods.metrics.k8s.io', { namespace: 'default' });
  expect(pods.items).toEqual([
    {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetrics',
      metadata: {
        name: 'old',
        namespace: 'default',
        creationTimestamp: '2026-03-01T12:00:00Z',
        labels: { app: 'old' },
      },
      timestamp: '2026-03-01T12:00:00Z',
      window: '15s',
      containers: [{ name: 'app', usage: { cpu: '12345679n', memory: '50Mi' } }],
    },
  ]);
  const nodes = await client.list<NodeMetrics>('nodes.metrics.k8s.io');
  expect(nodes.items).toMatchObject([{ window: '1m1.5s', usage: { cpu: '250m', memory: '1Gi' } }]);
  expect((await client.list('pods.metrics.k8s.io', { labelSelector: 'app=young' })).items).toEqual([]);
  expect(await client.get('pods.metrics.k8s.io', 'old', 'default')).toMatchObject({ window: '15s' });
  await expect(client.delete({ resource: 'nodes.metrics.k8s.io', name: 'node1' })).rejects.toMatchObject({ code: 405 });
});
