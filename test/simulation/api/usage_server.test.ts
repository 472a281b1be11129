import { Agent, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { selfSignedForLoopback } from '../../../src/lib/self_signed.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { listenForUsage } from '../../../src/simulation/api/metrics/usage_server.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';

const now = Date.parse('2026-03-01T10:00:00Z');

/** One node, one pod that has run for a minute, and whoever measures them. */
async function measured() {
  const clock = createVirtualClock({ start: now });
  const client = createApiServer({ clock }).client({ manager: 'test' });
  await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } });
  const containers = [{ name: 'web', image: 'web:1' }];
  const metadata = { name: 'web', namespace: 'shop', labels: { app: 'web' } };
  await client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } } as never);
  const running = { running: { startedAt: '2026-03-01T09:59:00Z' } };
  const status = { phase: 'Running', containerStatuses: [{ name: 'web', state: running, restartCount: 0 }] };
  const target = { resource: 'pods', namespace: 'shop', name: 'web' };
  await client.patch(target, { type: 'merge', body: { status }, subresource: 'status' });
  const at = { at: now, windowMs: 15_000 };
  const usage = {
    pods: () => [
      { namespace: 'shop', pod: 'web', ...at, containers: [{ name: 'web', cpuCores: 0.25, memoryBytes: 2 ** 20 }] },
      { namespace: 'shop', pod: 'gone', ...at, containers: [{ name: 'web', cpuCores: 1, memoryBytes: 1 }] },
    ],
    nodes: () => [{ node: 'node-a', ...at, cpuCores: 1.5, memoryBytes: 2 ** 30 }],
  };
  const identity = selfSignedForLoopback({ from: now - 1, until: now + 10 ** 12 });
  const { port, close } = await listenForUsage({ client, clock, usage, identity });
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  onTestFinished(async () => {
    await dispatcher.destroy();
    await close();
  });
  return async (path: string) => {
    const { statusCode, body } = await request(`https://127.0.0.1:${port}/apis/metrics.k8s.io${path}`, { dispatcher });
    return { code: statusCode, body: (await body.json()) as Record<string, unknown> };
  };
}

test('says what pods and nodes use, to whoever an API server passes on', async () => {
  const get = await measured();
  const web = { metadata: { name: 'web', namespace: 'shop' }, containers: [{ usage: { cpu: '250m', memory: '1Mi' } }] };
  expect((await get('/v1beta1/pods')).body).toMatchObject({ kind: 'PodMetricsList', items: [web] });
  expect((await get('/v1beta1/namespaces/shop/pods?labelSelector=app%3Dweb')).body).toMatchObject({ items: [web] });
  expect((await get('/v1beta1/namespaces/shop/pods?labelSelector=app%3Dapi')).body).toMatchObject({ items: [] });
  expect((await get('/v1beta1/namespaces/other/pods')).body).toMatchObject({ items: [] });
  expect((await get('/v1beta1/namespaces/shop/pods/web')).body).toMatchObject({ kind: 'PodMetrics', ...web });
  expect((await get('/v1beta1/nodes/node-a')).body).toMatchObject({ usage: { cpu: '1500m', memory: '1Gi' } });
});

test('says what it serves, and refuses the rest as an API server does', async () => {
  const get = await measured();
  const { resources } = (await get('/v1beta1')).body as { resources: { name: string }[] };
  expect(resources.map(({ name }) => name)).toEqual(['nodes', 'pods']);
  const refused = { kind: 'Status', reason: 'NotFound' };
  expect(await get('/v1beta1/nodes/none')).toMatchObject({ code: 404, body: refused });
  expect(await get('/v1beta1/services')).toMatchObject({ code: 404, body: refused });
  expect(await get('/v1/pods')).toMatchObject({ code: 404, body: refused });
  expect(await get('/v1beta1/pods?labelSelector=%28')).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
});
