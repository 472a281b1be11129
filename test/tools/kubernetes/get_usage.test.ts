import { expect, test } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/cluster.ts';
import type { PodMetrics } from '../../../src/kubernetes/kinds/autoscaling.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { formatBytes, parseQuantity } from '../../../src/kubernetes/quantity.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, node, pod } from './world.ts';

const usage = async (objects: KubeObject[], args: Record<string, unknown>) =>
  (await ask(createWorld(objects), 'get_usage', args)).text;

const podUse = (name: string, cpu: string, memory: string): KubeObject => ({
  ...kinds.podMetrics,
  metadata: { name, namespace: 'shop' },
  ...{ timestamp: ago(15), window: '30s', containers: [{ name: 'main', usage: { cpu, memory } }] },
});

const nodeUse = (name: string, cpu: string, memory: string): KubeObject => ({
  ...kinds.nodeMetrics,
  metadata: { name },
  ...{ timestamp: ago(15), window: '30s', usage: { cpu, memory } },
});

const sized = { resources: { requests: { cpu: '100m', memory: '160Mi' }, limits: { memory: '256Mi' } } };
const shop = [
  pod('web-1', { owner: 'web', container: sized }),
  pod('cart-1', { owner: 'cart', container: sized }),
  pod('bare', {}),
  podUse('web-1', '20m', '64Mi'),
  podUse('cart-1', '150m', '250Mi'),
  podUse('bare', '1500m', '1Gi'),
];

test('containers against their requests and limits, the fullest first', async () => {
  expect((await usage(shop, { namespace: 'shop' })).split('\n')).toEqual([
    'Usage of 3 containers of namespace shop, measured 15s ago, fullest first.',
    'cart-1: memory 250Mi, 98% of its limit 256Mi, 156% of its request 160Mi; cpu 150m, 150% of its request 100m, no limit',
    'web-1: memory 64Mi, 25% of its limit 256Mi, 40% of its request 160Mi; cpu 20m, 20% of its request 100m, no limit',
    'bare: memory 1Gi, no request, no limit; cpu 1.5, no request, no limit',
  ]);
});

test('one workload, and facts', async () => {
  expect(await usage(shop, { namespace: 'shop', deployment: 'web' })).toMatch(/^Usage of 1 container of web in shop/);
  expect(await factsOf(createWorld(shop), 'get_usage', { namespace: 'shop', name: 'cart' })).toEqual({
    source: 'metrics',
    uses: [{ name: 'cart-1', cpu_cores: 0.15, memory_bytes: 250 * 2 ** 20, cpu_share: 1.5, memory_share: 0.977 }],
  });
});

test('nodes against what they can give, and those that nobody measures', async () => {
  const room = { cpu: '4', memory: '8Gi' };
  const world = [node('node-a', room), node('node-b', room), node('dark', room)];
  const text = await usage([...world, nodeUse('node-a', '1', '2Gi'), nodeUse('node-b', '3900m', '3Gi')], {});
  expect(text.split('\n')).toEqual([
    'Usage of 2 nodes, 1 more NOT measured, measured 15s ago, fullest first.',
    'node-b: memory 3Gi, 38% of 8Gi; cpu 3.9, 98% of 4',
    'node-a: memory 2Gi, 25% of 8Gi; cpu 1, 25% of 4',
  ]);
  expect(await usage(world, { node: 'web' })).toBe(
    'There is no node "web". For a pod or a workload give its namespace too.',
  );
});

test('a cluster without a metrics server, or with one that is away, says so and what to ask instead', async () => {
  const without = (status: number) => {
    const world = createWorld(shop);
    const list: typeof world.list = (kind, query, signal) =>
      kind.apiVersion.startsWith('metrics')
        ? Promise.reject(new ClusterError(status, 'NotFound', 'the server could not find the requested resource'))
        : world.list(kind, query, signal);
    return ask({ ...world, list }, 'get_usage', { namespace: 'shop' });
  };
  expect(await without(404)).toMatchObject({
    isError: false,
    text: 'No usage is known: this cluster has no metrics server (metrics.k8s.io is not served). get_pod_status tells of OOM kills, check_node_capacity what is requested.',
  });
  expect((await without(503)).text).toContain('does not answer');
  expect((await without(403)).isError).toBe(true);
});

test('pods that were not measured yet, and thousands that were', async () => {
  expect(await usage([pod('web-1', { owner: 'web' })], { namespace: 'shop' })).toBe(
    'No usage of namespace shop: none of its 1 running pod was measured yet.',
  );
  const many = Array.from({ length: 3_000 }, (_, index) => index);
  const text = await usage(
    many.flatMap(index => [pod(`web-${index}`, { container: sized }), podUse(`web-${index}`, '1m', `${index}Ki`)]),
    { namespace: 'shop' },
  );
  expect(text.split('\n')[1]).toMatch(/^web-2999, web-2998, .* and 78 more, each: /);
  expect(text.length / 4).toBeLessThanOrEqual(600);
});

test('says of a cluster what its metrics API says', async () => {
  const { embedded, ask: askThere } = await breakCluster('noisy-neighbour', 300_000);
  const { items } = await embedded.client.list<PodMetrics>('pods.metrics.k8s.io');
  const namespace = items[0]?.metadata.namespace ?? '';
  const text = await askThere('get_usage', { namespace });
  const measured = items.filter(({ metadata }) => metadata.namespace === namespace);
  expect(measured.length).toBeGreaterThan(0);
  expect(text).toContain(`Usage of ${measured.reduce((sum, { containers }) => sum + containers.length, 0)} containers`);
  for (const { metadata, containers } of measured) {
    const line = text.split('\n').find(each => each.includes(metadata.name));
    const memory = formatBytes(parseQuantity(containers[0]?.usage['memory'] ?? '') ?? 0);
    expect(line).toContain(`memory ${memory}`);
  }
});
