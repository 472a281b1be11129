import { expect, test } from 'vitest';
import type { Pod } from '../../../../src/kubernetes/objects.ts';
import { node, pod, testServer } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

test('a node answers for what runs there, and for its logs, through the API server', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  await client.create('nodes', node('n1'));
  await client.create('nodes', node('n2'));
  await client.bind(await client.create<Pod>('pods', pod('web')), 'n1');
  const at = Date.parse('2026-03-01T12:00:00Z');
  server.setUsageSource({
    pods: () => [
      {
        namespace: 'default',
        pod: 'web',
        at,
        windowMs: 15_000,
        containers: [{ name: 'app', cpuCores: 0.25, memoryBytes: 1024 }],
      },
    ],
    nodes: () => ['n1', 'n2'].map(name => ({ node: name, at, windowMs: 15_000, cpuCores: 0.5, memoryBytes: 4096 })),
  });
  const summary = (name: string) => send('GET', `/api/v1/nodes/${name}/proxy/stats/summary`);
  expect((await summary('n1')).body).toMatchObject({
    node: { nodeName: 'n1', cpu: { usageNanoCores: 5e8 }, memory: { workingSetBytes: 4096 } },
    pods: [
      {
        podRef: { name: 'web', namespace: 'default' },
        containers: [{ name: 'app', cpu: { time: '2026-03-01T12:00:00Z', usageNanoCores: 2.5e8 } }],
        memory: { workingSetBytes: 1024 },
      },
    ],
  });
  expect((await summary('n2')).body).toMatchObject({ node: { nodeName: 'n2' }, pods: [] });
  expect((await summary('nobody')).code).toBe(404);
  const logs = await send('GET', '/api/v1/nodes/n1/proxy/logs/?query=kubelet');
  expect(logs).toMatchObject({ code: 200, text: expect.stringContaining('<a href="pods/">') });
  expect(await send('GET', '/api/v1/nodes/n1/proxy/healthz')).toMatchObject({ code: 200, text: 'ok' });
  expect((await send('GET', '/api/v1/nodes/n1/proxy/pods')).code).toBe(503);
  await client.patch(
    { resource: 'nodes', name: 'n1' },
    { type: 'merge', subresource: 'status', body: { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } } },
  );
  expect(await summary('n1')).toMatchObject({ code: 503, text: expect.stringContaining('trying to reach node') });
});
