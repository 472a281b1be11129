import { expect, onTestFinished, test } from 'vitest';
import type { Lease } from '../../../../src/kubernetes/kinds/policy.ts';
import type { KubeEvent, Node, Pod } from '../../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../../src/simulation/api/server.ts';
import { createCaches } from '../../../../src/simulation/controllers/cache.ts';
import { createNodeLifecycle } from '../../../../src/simulation/controllers/nodes/node_lifecycle.ts';
import { createTaintEviction } from '../../../../src/simulation/controllers/nodes/taint_eviction.ts';
import { node, pod } from '../../api/fixtures.ts';

/** Nodes that say they are alive for as long as the test wants them to. */
async function nodesNamed(...names: string[]) {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T12:00:00Z') });
  const client = createApiServer({ clock }).client();
  const caches = createCaches(client);
  const parts = [createNodeLifecycle, createTaintEviction].map(start => start({ client, clock, caches }));
  onTestFinished(() => {
    for (const part of [...parts, caches]) part.stop();
  });
  const alive = new Set(names);
  for (const name of names) {
    await client.create<Node>('nodes', node(name));
    const spec = { holderIdentity: name, renewTime: '2026-03-01T12:00:00.000000Z' };
    const metadata = { name, namespace: 'kube-node-lease' };
    await client.create<Lease>(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
    await setReady(name, 'True');
  }

  async function setReady(name: string, status: 'True' | 'False'): Promise<void> {
    const conditions = [
      { type: 'Ready', status, reason: 'KubeletReady', lastHeartbeatTime: new Date(clock.now()).toISOString() },
    ];
    const target = { resource: 'nodes', name };
    await client.patch<Node>(target, { type: 'merge', body: { status: { conditions } }, subresource: 'status' });
  }

  async function renew(name: string): Promise<void> {
    const renewTime = `${new Date(clock.now()).toISOString().slice(0, 23)}000Z`;
    const target = { resource: leases, name, namespace: 'kube-node-lease' };
    await client.patch<Lease>(target, { type: 'merge', body: { spec: { renewTime } } });
  }

  return {
    client,
    alive,
    setReady,
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds; passed += 10) {
        clock.start();
        await clock.sleep(10_000);
        clock.stop();
        for (const name of alive) await renew(name);
      }
    },
    read: async (name: string) => (await client.get<Node>('nodes', name))!,
    taints: async (name: string) =>
      ((await client.get<Node>('nodes', name))?.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`),
    async runOn(nodeName: string, name: string, tolerationSeconds?: number) {
      const { spec, ...rest } = pod(name);
      const tolerations =
        tolerationSeconds === undefined
          ? []
          : [{ key: unreachable, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }];
      const created = await client.create<Pod>('pods', { ...rest, spec: { ...spec, nodeName, tolerations } });
      const conditions = [{ type: 'Ready', status: 'True' as const }];
      await client.update<Pod>(
        'pods',
        { ...created, status: { phase: 'Running', conditions } },
        { subresource: 'status' },
      );
    },
    pod: (name: string) => client.get<Pod>('pods', name, 'default'),
    events: async () =>
      (await client.list<KubeEvent>('events', { namespace: 'default' })).items.map(
        ({ type, reason, message }) => `${type} ${reason}: ${message}`,
      ),
  };
}

const leases = 'leases.coordination.k8s.io';
const unreachable = 'node.kubernetes.io/unreachable';
const notReady = 'node.kubernetes.io/not-ready';

test('a node that is silent for too long is unknown, its pods are not ready, and those that stay no longer go', async () => {
  const { alive, pass, read, taints, runOn, pod: podNamed, events } = await nodesNamed('a', 'b');
  await pass(10);
  await runOn('a', 'patient', 300);
  await runOn('b', 'elsewhere', 300);
  alive.delete('a');
  await pass(40);
  expect((await read('a')).status?.conditions?.[0]?.status).toBe('True');
  await pass(30);
  expect((await read('a')).status?.conditions).toMatchObject([
    { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' },
    { type: 'MemoryPressure', status: 'Unknown', reason: 'NodeStatusNeverUpdated' },
    { type: 'DiskPressure' },
    { type: 'PIDPressure' },
  ]);
  expect(await taints('a')).toEqual([`${unreachable}:NoSchedule`, `${unreachable}:NoExecute`]);
  expect((await podNamed('patient'))?.status?.conditions?.[0]?.status).toBe('False');
  expect(await events()).toEqual(
    expect.arrayContaining([
      'Normal RegisteredNode: Node a event: Registered Node a in Controller',
      'Normal NodeNotReady: Node a status is now: NodeNotReady',
      'Warning NodeNotReady: Node is not ready',
    ]),
  );
  await pass(310);
  const evicted = await podNamed('patient');
  expect(evicted?.metadata.deletionTimestamp).toBeDefined();
  expect(evicted?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' }),
  );
  expect((await podNamed('elsewhere'))?.metadata.deletionTimestamp).toBeUndefined();
  expect(await events()).toContain('Normal TaintManagerEviction: Marking for deletion Pod default/patient');
});

test('a node that comes back in time keeps its pods', async () => {
  const { alive, pass, taints, runOn, pod: podNamed, events, setReady } = await nodesNamed('a', 'b');
  await runOn('a', 'patient', 300);
  await pass(10);
  alive.delete('a');
  await pass(90);
  alive.add('a');
  await setReady('a', 'True');
  await pass(400);
  expect(await taints('a')).toEqual([]);
  expect((await podNamed('patient'))?.metadata.deletionTimestamp).toBeUndefined();
  expect(await events()).toContain('Normal TaintManagerEviction: Cancelling deletion of Pod default/patient');
});

test('when no node is heard of any more, nothing is driven away', async () => {
  const { alive, pass, taints, runOn, pod: podNamed } = await nodesNamed('a', 'b');
  await runOn('a', 'patient', 60);
  await pass(10);
  alive.clear();
  await pass(600);
  for (const name of ['a', 'b']) expect(await taints(name)).toEqual([`${unreachable}:NoSchedule`]);
  expect((await podNamed('patient'))?.metadata.deletionTimestamp).toBeUndefined();
});

test('conditions and cordons show as taints, and go with them', async () => {
  const { client, pass, taints, setReady } = await nodesNamed('a', 'b');
  await pass(10);
  await client.patch({ resource: 'nodes', name: 'a' }, { type: 'merge', body: { spec: { unschedulable: true } } });
  await setReady('a', 'False');
  await pass(10);
  expect((await taints('a')).sort()).toEqual(
    [`${notReady}:NoExecute`, `${notReady}:NoSchedule`, 'node.kubernetes.io/unschedulable:NoSchedule'].sort(),
  );
  await client.patch({ resource: 'nodes', name: 'a' }, { type: 'merge', body: { spec: { unschedulable: null } } });
  await setReady('a', 'True');
  await pass(10);
  expect(await taints('a')).toEqual([]);
});

test('a taint that somebody sets drives away at once what does not tolerate it', async () => {
  const { client, pass, runOn, pod: podNamed } = await nodesNamed('a');
  await runOn('a', 'guest');
  await pass(10);
  const taints = [{ key: 'repair', effect: 'NoExecute' }];
  await client.patch({ resource: 'nodes', name: 'a' }, { type: 'merge', body: { spec: { taints } } });
  await pass(10);
  expect((await podNamed('guest'))?.metadata.deletionTimestamp).toBeDefined();
});
