import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectCluster } from '../../src/kubernetes/connect.ts';
import { createFairReads } from '../../src/kubernetes/fair_reads.ts';
import { createNodeLoads } from '../../src/kubernetes/node_loads.ts';
import { stopwatch, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createApiServer } from '../../src/simulation/api/server.ts';
import { type ConnectedTools, connectTools } from '../../src/tools/connect.ts';
import { allocatable, eventsOfOne, fill, large, podsOfOne, requested } from './large_cluster.ts';

/** Answers about a cluster of 5,000 nodes and 100,000 pods: as short as about a small one, and still right. */

const namespace = large.home;
const homePods = large.pods / large.namespaces;
const waiting = podsOfOne / 2;
const broken = podsOfOne * 2 + waiting;

let tools: ConnectedTools;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const elapsed = stopwatch();
  const api = createApiServer({ clock: systemClock, historyLimit: 20_000 });
  await fill(api.client());
  const { url, close } = await api.listen();
  ends.push(close);
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 30_000 });
  ends.push(cluster.close);
  const reads = createFairReads(cluster);
  ends.push(reads.close);
  const nodeLoads = createNodeLoads({ watcher: cluster, clock: systemClock, log: silentLog, patienceMs: 100_000 });
  ends.push(nodeLoads.stop);
  tools = await connectTools({
    clusterFor: caller => reads.as(caller),
    clock: systemClock,
    log: silentLog,
    instruments: { nodeLoads },
    // The first question about capacity reads 100,000 pods.
    limits: { callTimeoutMs: 120_000 },
  });
  ends.push(tools.close);
  process.stdout.write(`large: loaded in ${(elapsed() / 1000).toFixed(0)} s\n`);
}, 300_000);

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const tokensOf = (text: string) => Math.ceil(text.length / 4);

/** Asks twice, where the second question differs in nothing that would cost more; says what the answers took. */
async function ask(tool: string, args: Record<string, unknown>, again: Record<string, unknown>) {
  const first = await tools.call(tool, args);
  const warm = await tools.call(tool, again);
  expect({ first, warm }).toMatchObject({ first: { isError: false }, warm: { isError: false, cached: false } });
  process.stdout.write(
    `large: ${tool} ${JSON.stringify(args)}: ${tokensOf(first.text)} tokens, ${first.ms.toFixed(0)} ms, warm ${warm.ms.toFixed(0)} ms with ${warm.cost?.requests} requests\n`,
  );
  return { ...first, warm };
}

test('what room there is: within 500 tokens, and without a request when it is warm', async () => {
  const inBytes = { asked: 'memory', one: requested.memory, all: allocatable.memory };
  const inCores = { asked: 'cpu', one: requested.cpu, all: allocatable.cpu };
  for (const { asked, one, all } of [inBytes, inCores]) {
    const args = { resource_type: asked };
    const { text, facts, warm } = await ask('check_node_capacity', args, { ...args, amount: '1' });
    const placed = large.pods - waiting;
    const open = large.nodes - 1;
    // All nodes have as many pods, but those on which the waiting ones would be: they come on few nodes.
    const onClosed = large.pods / large.nodes;
    expect(facts).toMatchObject({ nodes: large.nodes, open_nodes: open });
    expect(facts?.['allocatable']).toBeCloseTo(large.nodes * all, 3);
    expect(facts?.['requested']).toBeCloseTo(placed * one, 3);
    expect(facts?.['free']).toBeCloseTo(open * all - (placed - onClosed) * one, 3);
    expect(facts?.['largest_free']).toBeCloseTo(all - (onClosed - 5) * one, 3);
    expect(tokensOf(text)).toBeLessThanOrEqual(500);
    expect(text).toContain(`${asked} on ${large.nodes} nodes`);
    expect(warm.cost?.requests).toBe(0);
    expect(warm.facts).toMatchObject({ fits_on: open });
  }
});

test('how pods are: within 350 tokens, of a namespace, a workload and a pod', async () => {
  const all = await ask('get_pod_status', { namespace }, { namespace, selector: 'app' });
  expect(all.facts).toEqual({ pods: homePods, healthy: homePods - broken });
  expect(tokensOf(all.text)).toBeLessThanOrEqual(350);
  for (const part of [
    `${homePods} pods in ${namespace}: ${homePods - broken} healthy, ${broken} not`,
    'CrashLoopBackOff',
    'OOMKilled',
    'ImagePullBackOff',
    'Insufficient example.com/gpu',
  ])
    expect(all.text).toContain(part);

  const one = await ask('get_pod_status', { namespace, name: large.crashing }, { namespace, name: large.withoutImage });
  expect(one.facts).toEqual({ pods: podsOfOne, healthy: 0 });
  expect(one.text).toContain(`${podsOfOne} pods alike`);
  expect(one.text).toContain('more memory than its limit of 256Mi');
  expect(tokensOf(one.text)).toBeLessThanOrEqual(350);
});

test('what happened: within 500 tokens, everything counted', async () => {
  const { text, facts } = await ask('list_events', { namespace }, { namespace, warnings_only: true });
  expect(facts).toMatchObject({ events: homePods });
  expect(tokensOf(text)).toBeLessThanOrEqual(500);
  expect(text).toContain(`BackOff x${podsOfOne * eventsOfOne}`);
  const elsewhere = await ask('list_events', {}, { warnings_only: true });
  expect(tokensOf(elsewhere.text)).toBeLessThanOrEqual(500);
});

test('lists of pods, and a node: within 600 tokens', async () => {
  const home = await ask('list_pods', { namespace }, { namespace, broken: true });
  expect(home.facts).toEqual({ pods: homePods, healthy: homePods - broken });
  expect(home.text).toContain(`Deployment ${large.crashing}: 0/${podsOfOne} healthy, ${podsOfOne} CrashLoopBackOff`);
  expect(home.text).toContain(`Deployment ${large.waiting}: ${podsOfOne - waiting}/${podsOfOne} healthy`);
  const everywhere = await ask('list_pods', {}, { broken: true });
  expect(everywhere.text).toContain('only the first');
  const ofNode = await ask('list_pods', { node: 'node-7' }, { node: 'node-107' });
  expect(ofNode.facts).toMatchObject({ pods: large.pods / large.nodes });
  const node = await ask('get_node', { name: 'node-7' }, { name: large.closed });
  expect(node.facts).toMatchObject({ pods: large.pods / large.nodes, cordoned: false });
  expect(node.warm.facts).toMatchObject({ cordoned: true });
  for (const { text } of [home, everywhere, ofNode, node]) expect(tokensOf(text)).toBeLessThanOrEqual(600);
});
