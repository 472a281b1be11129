import { afterEach, expect, test } from 'vitest';
import type { PodDisruptionBudget } from '../../../src/kubernetes/kinds/policy.ts';
import type { Node, Pod, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { startControllers } from '../../../src/simulation/controllers/controllers.ts';
import { nodeNamed, start } from '../cluster_in_test.ts';
import { deploymentOf } from '../shop.ts';

const budgets = 'poddisruptionbudgets.policy';
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Controllers without nodes: whoever tests says which pods are ready. */
function controlPlane() {
  const clock = createVirtualClock({ start });
  const client = createApiServer({ clock }).client();
  stops.push(startControllers({ client, clock }).stop, clock.stop);
  async function run(seconds: number): Promise<void> {
    clock.start();
    await clock.sleep(seconds * 1000);
    clock.stop();
  }
  async function makeReady(): Promise<void> {
    const { items } = await client.list<Pod>('pods');
    for (const pod of items) {
      const conditions = [{ type: 'Ready', status: 'True' as const }];
      await client.update<Pod>('pods', { ...pod, status: { phase: 'Running', conditions } }, { subresource: 'status' });
    }
  }
  return { client, run, makeReady };
}

async function shop(spec: PodDisruptionBudget['spec']) {
  const cluster = controlPlane();
  const { metadata, spec: wanted } = deploymentOf('web', 4);
  const { replicas = 4, selector, template } = wanted;
  const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { replicas, selector, template } };
  await cluster.client.create<ReplicaSet>('replicasets.apps', replicaSet);
  await cluster.client.create<PodDisruptionBudget>(budgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  const statusNow = async () => (await cluster.client.get<PodDisruptionBudget>(budgets, 'web', 'default'))?.status;
  await cluster.run(1);
  await cluster.makeReady();
  await cluster.run(1);
  return { cluster, statusNow };
}

test.each([
  ['a number that has to stay', { minAvailable: 3 }, { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 1 }],
  ['a share that has to stay', { minAvailable: '51%' }, { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 1 }],
  ['a number that may go', { maxUnavailable: 2 }, { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 2 }],
  ['a share that may go', { maxUnavailable: '30%' }, { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 2 }],
  ['nothing may go', { maxUnavailable: 0 }, { expectedPods: 4, desiredHealthy: 4, disruptionsAllowed: 0 }],
])('a budget of %s', async (_what, spec, expected) => {
  const { statusNow } = await shop(spec);
  const enough = expected.disruptionsAllowed > 0;
  expect(await statusNow()).toMatchObject({
    ...expected,
    currentHealthy: 4,
    observedGeneration: 1,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: enough ? 'True' : 'False',
        reason: enough ? 'SufficientPods' : 'InsufficientPods',
      },
    ],
  });
});

test('a budget whose pods nobody scales says why it cannot be worked out', async () => {
  const { cluster, statusNow } = await shop({ maxUnavailable: 1 });
  const node = await cluster.client.create<Node>('nodes', nodeNamed('one'));
  await cluster.client.create<Pod>('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'odd',
      namespace: 'default',
      labels: { app: 'web' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Node', name: 'one', uid: node.metadata.uid ?? '', controller: true },
      ],
    },
    spec: { containers: [{ name: 'web', image: 'registry.example/shop/web:1' }] },
  });
  await cluster.run(1);
  expect(await statusNow()).toMatchObject({
    disruptionsAllowed: 0,
    conditions: [{ reason: 'SyncFailed', status: 'False', message: 'nodes does not implement the scale subresource' }],
  });
});
