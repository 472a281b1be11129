import { afterEach, expect, test } from 'vitest';
import type { Deployment, Pod, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { brokenBuild, deploymentOf, webProgram } from '../shop.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

async function startShop(replicas: number, more: Partial<Deployment['spec']> = {}): Promise<void> {
  cluster = await createTestCluster({ programs: [webProgram('cart'), brokenBuild('cart')] });
  await cluster.apply(deploymentOf('cart', replicas, more));
  await cluster.until(isRolledOut);
}

const read = async () => (await cluster.client.get<Deployment>('deployments.apps', 'cart', 'default'))!;
const replicaSets = async () => (await cluster.client.list<ReplicaSet>('replicasets.apps')).items;
const pods = async () => (await cluster.client.list<Pod>('pods')).items;

async function isRolledOut(): Promise<boolean> {
  const { spec, status, metadata } = await read();
  const counts = [status?.replicas, status?.updatedReplicas, status?.availableReplicas];
  return status?.observedGeneration === metadata.generation && counts.every(count => count === spec.replicas);
}

function patch(body: unknown): Promise<Deployment> {
  const target = { resource: 'deployments.apps', name: 'cart', namespace: 'default' };
  return cluster.client.patch<Deployment>(target, { type: 'strategic', body });
}

function setImage(tag: string): Promise<Deployment> {
  const image = `registry.example/shop/cart:${tag}`;
  return patch({ spec: { template: { spec: { containers: [{ name: 'main', image }] } } } });
}

function reason(deployment: Deployment, type: string): string | undefined {
  return deployment.status?.conditions?.find(condition => condition.type === type)?.reason;
}

test('a rolling update never leaves its bounds and ends with only new pods', async () => {
  await startShop(4, { strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } });
  await setImage('2');
  const total: number[] = [];
  const ready: number[] = [];
  await cluster.until(async () => {
    const all = (await pods()).filter(pod => pod.metadata.deletionTimestamp === undefined);
    total.push(all.length);
    ready.push(all.filter(isReady).length);
    return isRolledOut();
  });
  expect(Math.max(...total)).toBe(5);
  expect(Math.min(...ready)).toBeGreaterThanOrEqual(3);
  await cluster.run(10);
  expect((await pods()).map(({ spec }) => spec.containers[0]?.image)).toEqual(
    Array(4).fill('registry.example/shop/cart:2'),
  );
  expect(reason(await read(), 'Progressing')).toBe('NewReplicaSetAvailable');
  expect(reason(await read(), 'Available')).toBe('MinimumReplicasAvailable');
});

test('a broken image stops the rollout with the old pods serving, and going back uses the old ReplicaSet again', async () => {
  await startShop(4, { progressDeadlineSeconds: 60 });
  const [first] = await replicaSets();
  await setImage('broken');
  await cluster.until(async () => reason(await read(), 'Progressing') === 'ProgressDeadlineExceeded');
  const stuck = await read();
  expect(stuck.status).toMatchObject({ updatedReplicas: 2, availableReplicas: 3 });
  expect(stuck.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');

  await setImage('1');
  await cluster.until(isRolledOut);
  const { metadata } = await read();
  const again = (await replicaSets()).find(({ metadata: { uid } }) => uid === first!.metadata.uid)!;
  expect(metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  expect(again.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
  expect(await replicaSets()).toHaveLength(2);
});

test('scaling keeps the revision and is told in the words of the controller', async () => {
  await startShop(2);
  await patch({ spec: { replicas: 5 } });
  await cluster.until(isRolledOut);
  await patch({ spec: { replicas: 1 } });
  await cluster.until(isRolledOut);
  const [replicaSet] = await replicaSets();
  const { name } = replicaSet!.metadata;
  const told = (await cluster.eventsOf('cart')).filter(event => event.reason === 'ScalingReplicaSet');
  expect(told.map(({ message }) => message).sort()).toEqual([
    `Scaled down replica set ${name} from 5 to 1`,
    `Scaled up replica set ${name} from 0 to 2`,
    `Scaled up replica set ${name} from 2 to 5`,
  ]);
  expect((await read()).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
});

test('scaling in the middle of a rollout gives each ReplicaSet its share', async () => {
  await startShop(4, { progressDeadlineSeconds: 60 });
  await setImage('broken');
  await cluster.run(30);
  await patch({ spec: { replicas: 8 } });
  await cluster.run(30);
  const sizes = (await replicaSets()).map(({ spec }) => spec.replicas ?? 0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10);
  expect(Math.min(...sizes)).toBeGreaterThan(2);
});

test('a restart replaces every pod', async () => {
  await startShop(3);
  const before = new Set((await pods()).map(({ metadata }) => metadata.name));
  await patch({ spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } });
  await cluster.until(isRolledOut);
  await cluster.run(10);
  const after = (await pods()).map(({ metadata }) => metadata.name);
  expect(after).toHaveLength(3);
  expect(after.filter(name => before.has(name))).toEqual([]);
});

test('Recreate lets the last old pod go before the first new one comes', async () => {
  await startShop(3, { strategy: { type: 'Recreate' } });
  await setImage('2');
  const mixed: string[] = [];
  await cluster.until(async () => {
    const images = new Set((await pods()).map(({ spec }) => spec.containers[0]!.image));
    if (images.size > 1) mixed.push([...images].join());
    return isRolledOut();
  });
  expect(mixed).toEqual([]);
});

test('a paused deployment rolls nothing out, but scales', async () => {
  await startShop(2);
  await patch({ spec: { paused: true } });
  await setImage('2');
  await patch({ spec: { replicas: 3 } });
  await cluster.run(60);
  expect(reason(await read(), 'Progressing')).toBe('DeploymentPaused');
  expect((await pods()).map(({ spec }) => spec.containers[0]?.image)).toEqual(
    Array(3).fill('registry.example/shop/cart:1'),
  );
  await patch({ spec: { paused: false } });
  await cluster.until(isRolledOut);
  expect(new Set((await replicaSets()).map(({ spec }) => spec.replicas))).toEqual(new Set([0, 3]));
});

test('no more old revisions are kept than the deployment says', async () => {
  await startShop(1, { revisionHistoryLimit: 1 });
  for (const tag of ['2', '3']) {
    await setImage(tag);
    await cluster.until(isRolledOut);
    await cluster.run(10);
  }
  const images = (await replicaSets()).map(({ spec }) => spec.template.spec.containers[0]!.image);
  expect(images.sort()).toEqual(['registry.example/shop/cart:2', 'registry.example/shop/cart:3']);
});

test('deleting the deployment takes ReplicaSets and pods with it; orphaning leaves them', async () => {
  await startShop(2);
  const target = { resource: 'deployments.apps', name: 'cart', namespace: 'default' };
  await cluster.client.delete(target, { propagationPolicy: 'Orphan' });
  await cluster.run(10);
  expect(await read()).toBeUndefined();
  expect((await replicaSets())[0]?.metadata.ownerReferences ?? []).toEqual([]);
  expect(await pods()).toHaveLength(2);

  await cluster.apply(deploymentOf('cart', 2));
  await cluster.until(isRolledOut);
  expect(await replicaSets()).toHaveLength(1);
  await cluster.client.delete(target, { propagationPolicy: 'Foreground' });
  await cluster.run(10);
  expect([await read(), await replicaSets(), await pods()]).toEqual([undefined, [], []]);
});

test('a pod whose label is changed is let go and replaced', async () => {
  await startShop(2);
  const [pod] = await pods();
  const target = { resource: 'pods', name: pod!.metadata.name, namespace: 'default' };
  await cluster.client.patch(target, { type: 'merge', body: { metadata: { labels: { app: 'set-aside' } } } });
  await cluster.run(30);
  const kept = await cluster.client.get<Pod>('pods', pod!.metadata.name, 'default');
  expect(kept?.metadata.ownerReferences ?? []).toEqual([]);
  expect(await pods()).toHaveLength(3);
  expect((await read()).status?.availableReplicas).toBe(2);
});
