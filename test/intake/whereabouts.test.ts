import { expect, test } from 'vitest';
import { createLookout, type LookoutDeps } from '../../src/intake/whereabouts.ts';
import { ClusterError } from '../../src/kubernetes/cluster.ts';
import type { KubeObject } from '../../src/kubernetes/objects.ts';
import { silentLog } from '../../src/lib/log.ts';
import { alertFor } from '../support/incidents.ts';

interface Owner {
  kind: string;
  name: string;
}

function object(kind: string, name: string, owner?: Owner, more: object = {}): KubeObject {
  const ownerReferences = owner ? [{ apiVersion: 'v1', uid: 'u', controller: true, ...owner }] : [];
  const { labels, ...spec } = more as { labels?: Record<string, string> };
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'shop', ownerReferences, ...(labels ? { labels } : {}) },
    ...spec,
  };
}

const onNode = { spec: { nodeName: 'n1', containers: [] } };

/** A cluster of these objects, which notes what it is asked. */
function clusterOf(...objects: KubeObject[]) {
  const asked: string[] = [];
  let away = false;
  const cluster: LookoutDeps['cluster'] = {
    async get(ref) {
      asked.push(`${ref.kind} ${ref.name}`);
      if (away) throw new ClusterError(0, 'Unreachable', 'nobody answers');
      return objects.find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name) as never;
    },
    async list(kind, { namespace } = {}) {
      asked.push(`list ${kind.kind} ${namespace}`);
      const items = objects.filter(each => each.kind === kind.kind) as never[];
      return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '1' }, items };
    },
  };
  return {
    cluster,
    asked,
    goAway: () => {
      away = true;
    },
  };
}

function lookoutOn(cluster: LookoutDeps['cluster']) {
  let now = 0;
  const lookout = createLookout({ cluster, clock: { now: () => now }, log: silentLog });
  return {
    wait(ms: number) {
      now += ms;
    },
    async look(...pods: string[]) {
      const alerts = pods.map(pod => alertFor({ namespace: 'shop', pod }));
      const seen = await lookout.look(alerts);
      return alerts.map(seen);
    },
  };
}

test('a pod leads to whom a person would name: Deployment, StatefulSet, CronJob', async () => {
  const hash = { labels: { 'pod-template-hash': 'abc' }, ...onNode };
  const { cluster, asked } = clusterOf(
    object('Pod', 'cart-x', { kind: 'ReplicaSet', name: 'cart-abc' }, hash),
    object('Pod', 'db-0', { kind: 'StatefulSet', name: 'db' }, onNode),
    object('Pod', 'nightly-1-x', { kind: 'Job', name: 'nightly-1' }, onNode),
  );
  const jobs = clusterOf(object('Job', 'nightly-1', { kind: 'CronJob', name: 'nightly' }));
  const both: LookoutDeps['cluster'] = {
    ...cluster,
    get: async (ref, signal) => (await cluster.get(ref, signal)) ?? (jobs.cluster.get(ref, signal) as never),
  };
  expect(await lookoutOn(both).look('cart-x', 'db-0', 'nightly-1-x')).toEqual([
    { owner: { kind: 'Deployment', name: 'cart' }, node: 'n1' },
    { owner: { kind: 'StatefulSet', name: 'db' }, node: 'n1' },
    { owner: { kind: 'CronJob', name: 'nightly' }, node: 'n1' },
  ]);
  expect(asked).not.toContain('ReplicaSet cart-abc');
});

test('what was read is kept for a while, also that a pod is not there', async () => {
  const { cluster, asked } = clusterOf(object('Pod', 'db-0', { kind: 'StatefulSet', name: 'db' }, onNode));
  const { look, wait } = lookoutOn(cluster);
  await look('db-0', 'gone');
  await look('db-0', 'gone');
  expect(asked).toEqual(['Pod db-0', 'Pod gone']);
  wait(31_000);
  expect(await look('db-0', 'gone')).toMatchObject([{ node: 'n1' }, {}]);
  expect(asked).toEqual(['Pod db-0', 'Pod gone', 'Pod gone']);
});

test('many pods of a namespace cost one list', async () => {
  const pods = Array.from({ length: 50 }, (_, n) => `p-${n}`);
  const { cluster, asked } = clusterOf(
    ...pods.map(name => object('Pod', name, { kind: 'StatefulSet', name: 'p' }, onNode)),
  );
  const seen = await lookoutOn(cluster).look(...pods);
  expect(seen.every(each => each?.node === 'n1')).toBe(true);
  expect(asked).toEqual(['list Pod shop']);
});

test('a storm of pods costs the API server a bounded number of reads a minute', async () => {
  const { cluster, asked } = clusterOf();
  const { look, wait } = lookoutOn(cluster);
  for (let n = 0; n < 500; n++) await look(`p-${n}`);
  expect(asked).toHaveLength(60);
  wait(60_000);
  await look('one-more');
  expect(asked).toHaveLength(61);
});

test('labels that name owner and node cost no read', async () => {
  const { cluster, asked } = clusterOf();
  const lookout = createLookout({ cluster, clock: { now: () => 0 }, log: silentLog });
  await lookout.look([alertFor({ namespace: 'shop', pod: 'a-0', statefulset: 'a', node: 'n1' })]);
  expect(asked).toEqual([]);
});

test('a cluster that does not answer is left alone for a while, and alerts go on without it', async () => {
  const { cluster, asked, goAway } = clusterOf();
  goAway();
  const { look, wait } = lookoutOn(cluster);
  expect(await look('a')).toEqual([undefined]);
  expect(await look('b')).toEqual([undefined]);
  expect(asked).toEqual(['Pod a']);
  wait(30_000);
  await look('b');
  expect(asked).toEqual(['Pod a', 'Pod b']);
});
