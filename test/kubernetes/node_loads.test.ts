import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { ClusterWatcher } from '../../src/kubernetes/cluster.ts';
import { ClusterError } from '../../src/kubernetes/cluster.ts';
import { type ConnectedCluster, connectCluster } from '../../src/kubernetes/connect.ts';
import { createNodeLoads, readNodeLoads } from '../../src/kubernetes/node_loads.ts';
import type { Node, Pod } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { ApiClient } from '../../src/simulation/api/client.ts';
import { createApiServer } from '../../src/simulation/api/server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(historyLimit = 1_000): Promise<{ cluster: ConnectedCluster; client: ApiClient }> {
  const api = createApiServer({ clock: systemClock, historyLimit });
  const { url, close } = await api.listen();
  cleanups.push(close);
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 5_000 });
  cleanups.push(() => cluster.close());
  return { cluster, client: api.client() };
}

/** Without pauses, so that a test does not wait for them. */
const patient = 3_600_000;
const hasty = {
  sleep: async (ms: number, ended?: AbortSignal): Promise<void> => {
    if (ms < patient) return ended?.throwIfAborted();
    await new Promise((_, reject) => ended?.addEventListener('abort', () => reject(ended.reason)));
  },
};
const { signal } = new AbortController();

function follow(watcher: ClusterWatcher, patienceMs = patient) {
  const loads = createNodeLoads({ watcher, clock: hasty, log: silentLog, mostToRead: 1, patienceMs });
  cleanups.push(loads.stop);
  return loads;
}

const nodeNumber = (number: number): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${number}` },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '20' }, capacity: { cpu: '4', memory: '8Gi', pods: '20' } },
});

const podNumber = (number: number, node: number | undefined, cpu: number) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${number}`, namespace: 'default' },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'main', resources: { requests: { cpu: `${cpu}m`, memory: `${cpu}Mi` } } }],
      ...(node === undefined ? {} : { nodeName: `node-${node}` }),
    },
  }) as Pod;

const number = fc.nat({ max: 5 });
const change = fc.oneof(
  fc.record({ do: fc.constant('pod' as const), number, node: fc.option(number, { nil: undefined }), cpu: number }),
  fc.record({ do: fc.constant('bind' as const), number, node: number }),
  fc.record({ do: fc.constant('end' as const), number, phase: fc.constantFrom('Succeeded', 'Failed', 'Running') }),
  fc.record({ do: fc.constant('remove' as const), number }),
  fc.record({ do: fc.constant('node' as const), number }),
  fc.record({ do: fc.constant('cordon' as const), number, unschedulable: fc.boolean() }),
  fc.record({ do: fc.constant('remove node' as const), number }),
);
type Happening = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** What can't be done now is left. */
async function happen(client: ApiClient, one: Happening): Promise<void> {
  const pod = { resource: 'pods', namespace: 'default', name: `pod-${one.number}` };
  const node = { resource: 'nodes', name: `node-${one.number}` };
  const done = (() => {
    switch (one.do) {
      case 'pod':
        return client.create('pods', podNumber(one.number, one.node, one.cpu));
      case 'bind':
        return client.bind(podNumber(one.number, undefined, 0), `node-${one.node}`);
      case 'end':
        return client.patch(pod, { type: 'merge', subresource: 'status', body: { status: { phase: one.phase } } });
      case 'remove':
        return client.delete(pod, { gracePeriodSeconds: 0 });
      case 'node':
        return client.create('nodes', nodeNumber(one.number));
      case 'cordon':
        return client.patch(node, { type: 'merge', body: { spec: { unschedulable: one.unschedulable } } });
      case 'remove node':
        return client.delete(node);
    }
  })();
  await Promise.resolve(done).catch(() => undefined);
}

test('whatever happens to pods and nodes, what is followed comes to be what a fresh list says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 30 }),
      fc.array(change, { maxLength: 60 }),
      async (before, after) => {
        const { cluster, client } = await open();
        for (const one of before) await happen(client, one);
        for (const one of [90, 91]) await client.create('pods', podNumber(one, undefined, 1));
        const followed = follow(cluster);
        await followed.read(cluster, signal);
        for (const one of after) await happen(client, one);
        const fresh = byName((await readNodeLoads.read(cluster, signal)).loads);
        await expect.poll(async () => (await followed.read(cluster, signal)).loads).toEqual(fresh);
        for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
      },
    ),
    { numRuns: 25 },
  );
});

function byName<T extends { name: string }>(loads: readonly T[]): T[] {
  return loads.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

test('a watch that breaks off, and one whose version is forgotten, lose nothing', async () => {
  const { cluster, client } = await open(5);
  for (const one of [1, 2, 3]) await client.create('nodes', nodeNumber(one));
  for (const one of [1, 2, 3]) await client.create('pods', podNumber(one, one, 100));
  let watches = 0;
  const breaking: ClusterWatcher = {
    pages: cluster.pages,
    async *watch(kind, version, ended) {
      watches += 1;
      if (watches % 3 === 1) throw new ClusterError(0, 'ConnectionLost', 'gone');
      // Only what happened already: then it ends, as if it had timed out.
      const left = AbortSignal.any([ended, AbortSignal.timeout(20)]);
      try {
        yield* cluster.watch(kind, version, left) as AsyncIterable<never>;
      } catch (error) {
        if (!left.aborted) throw error;
      }
    },
  };
  const followed = follow(breaking);
  await followed.read(cluster, signal);
  // More than the server remembers, all at once: one of the watches comes too late.
  await client.delete({ resource: 'pods', namespace: 'default', name: 'pod-1' }, { gracePeriodSeconds: 0 });
  await client.delete({ resource: 'nodes', name: 'node-3' });
  for (const one of Array.from({ length: 20 }, (_, index) => index + 10)) {
    await client.create('pods', podNumber(one, 2, 10));
  }
  const fresh = byName((await readNodeLoads.read(cluster, signal)).loads);
  await expect.poll(async () => (await followed.read(cluster, signal)).loads, { timeout: 10_000 }).toEqual(fresh);
});

test('says what keeps it from following, and waits longer each time', async () => {
  const { cluster, client } = await open();
  for (const one of [1, 2]) await client.create('pods', podNumber(one, one, 100));
  const pauses: number[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const clock = {
    async sleep(ms: number, ended?: AbortSignal): Promise<void> {
      if (ms === patient) await new Promise(() => {});
      pauses.push(ms);
      if (pauses.length < 20) return;
      resolve();
      await new Promise((_, reject) => ended?.addEventListener('abort', () => reject(ended.reason)));
    },
  };
  const refused: ClusterWatcher = {
    pages: cluster.pages,
    // biome-ignore lint/correctness/useYield: it is refused before it begins
    async *watch() {
      throw new ClusterError(403, 'Forbidden', 'pods is forbidden');
    },
  };
  const followed = createNodeLoads({ watcher: refused, clock, log: silentLog, mostToRead: 1, patienceMs: patient });
  cleanups.push(followed.stop);
  await followed.read(cluster, signal);
  await enough;
  expect((await followed.read(cluster, signal)).doubt).toContain('(pods is forbidden)');
  expect(new Set(pauses)).toEqual(new Set([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]));
});

test('a small cluster is read each time, and a question can be called off', async () => {
  const { cluster, client } = await open();
  await client.create('nodes', nodeNumber(1));
  const never: ClusterWatcher = { pages: () => notAtAll(), watch: () => notAtAll() };
  const small = createNodeLoads({ watcher: never, clock: hasty, log: silentLog });
  expect((await small.read(cluster, signal)).loads).toHaveLength(1);
  for (const one of [1, 2]) await client.create('pods', podNumber(one, one, 100));
  const large = follow({ pages: endless, watch: () => notAtAll() });
  const asked = new AbortController();
  const reading = large.read(cluster, asked.signal);
  asked.abort(new Error('called off'));
  await expect(reading).rejects.toThrow('called off');
  expect((await follow({ pages: endless, watch: () => notAtAll() }, 1).read(cluster, signal)).doubt).toContain(
    'ask again',
  );
});

function notAtAll(): never {
  throw new Error('expected not to be asked');
}

async function* endless(_kind: unknown, ended: AbortSignal): AsyncGenerator<never> {
  await new Promise((_, reject) => ended.addEventListener('abort', () => reject(ended.reason)));
}
