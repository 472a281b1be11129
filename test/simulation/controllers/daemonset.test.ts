import { afterEach, expect, test } from 'vitest';
import type { ControllerRevision, DaemonSet } from '../../../src/kubernetes/kinds/workloads.ts';
import type { Node, Pod } from '../../../src/kubernetes/objects.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { createStage, node, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

async function start(spec: object = {}, nodes = ['node1', 'node2', 'node3']): Promise<void> {
  stage = createStage({ nodes });
  const selector = { matchLabels: { app: 'agent' } };
  const all = { selector, template: templateOf('agent'), ...spec };
  await stage.create('daemonsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: all,
  });
  await stage.run(5);
}

const read = () => stage.get<DaemonSet>('daemonsets.apps', 'agent');
const patch = (spec: object) => stage.patch<DaemonSet>('daemonsets.apps', 'agent', { spec });
const places = async () => (await stage.pods()).map(({ spec }) => spec.nodeName).sort();
const patchNode = (name: string, body: object) =>
  stage.client.patch<Node>({ resource: 'nodes', name }, { type: 'merge', body });

test('each node has one pod, bound by its name, that stays where others are driven away', async () => {
  await start();
  expect(await places()).toEqual(['node1', 'node2', 'node3']);
  const [pod] = await stage.pods();
  expect(pod?.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual({
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [pod?.spec.nodeName] }] }],
  });
  expect(pod?.spec.tolerations).toContainEqual({
    key: 'node.kubernetes.io/unschedulable',
    operator: 'Exists',
    effect: 'NoSchedule',
  });
  expect((await read()).status).toMatchObject({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberReady: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberMisscheduled: 0,
  });
});

test('nodes that come, go and change their labels and taints have their daemon or none', async () => {
  await start({
    template: { ...templateOf('agent'), spec: { ...templateOf('agent').spec, nodeSelector: { disk: 'ssd' } } },
  });
  expect(await places()).toEqual([]);
  await patchNode('node1', { metadata: { labels: { disk: 'ssd' } } });
  await stage.client.create('nodes', node('node9', { disk: 'ssd' }));
  await stage.run(5);
  expect(await places()).toEqual(['node1', 'node9']);
  await patchNode('node1', { spec: { taints: [{ key: 'mine', effect: 'NoSchedule' }] } });
  await stage.run(5);
  expect(await places()).toEqual(['node1', 'node9']);
  expect((await read()).status).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
  await patchNode('node1', { spec: { taints: [{ key: 'mine', effect: 'NoExecute' }] } });
  await patchNode('node9', {
    spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
  });
  await stage.run(5);
  expect(await places()).toEqual(['node9']);
});

test.each([
  [{ maxUnavailable: 1, maxSurge: 0 }, 2, 3],
  [{ maxUnavailable: 0, maxSurge: 1 }, 3, 4],
  [{ maxUnavailable: '67%', maxSurge: 0 }, 0, 3],
])('a rolling update with %o stays within it', async (rollingUpdate, leastReady, mostPods) => {
  await start({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
  await patch({ template: templateOf('agent', ['run', 'again']) });
  const seen: { ready: number; all: number }[] = [];
  for (let second = 0; second < 30; second++) {
    await stage.run(1);
    const pods = await stage.pods();
    seen.push({ ready: pods.filter(isReady).length, all: pods.length });
  }
  expect(Math.min(...seen.map(({ ready }) => ready))).toBeGreaterThanOrEqual(leastReady);
  expect(Math.max(...seen.map(({ all }) => all))).toBeLessThanOrEqual(mostPods);
  expect((await stage.pods()).map(({ spec }) => spec.containers[0]?.args?.length)).toEqual([2, 2, 2]);
  expect((await read()).status).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
});

test('going back to an earlier template moves its revision up', async () => {
  await start();
  await patch({ template: templateOf('agent', ['run', 'again']) });
  await stage.run(20);
  await patch({ template: templateOf('agent') });
  await stage.run(20);
  const revisions = await stage.list<ControllerRevision>('controllerrevisions.apps');
  expect(revisions.map(({ revision }) => revision).sort()).toEqual([2, 3]);
  const current = revisions.find(({ revision }) => revision === 3);
  const labels = (await stage.pods()).map((pod: Pod) => pod.metadata.labels?.['controller-revision-hash']);
  expect(labels).toEqual(Array(3).fill(current?.metadata.labels?.['controller-revision-hash']));
});

test('a daemon that fails is made again, later every time, and its events say so', async () => {
  await start({ template: templateOf('agent', ['fail', '1']) }, ['node1']);
  const uids = new Set<string>();
  for (let second = 0; second < 60; second++) {
    await stage.run(1);
    for (const pod of await stage.list<Pod>('pods')) uids.add(pod.metadata.uid ?? '');
  }
  expect(uids.size).toBeGreaterThan(3);
  expect(uids.size).toBeLessThan(9);
  expect((await stage.events('agent')).join('\n')).toMatch(
    /FailedDaemonPod: Found failed daemon pod default\/agent-\w+ on node node1, will try to kill it/,
  );
});

test('OnDelete changes only what somebody deletes', async () => {
  await start({ updateStrategy: { type: 'OnDelete' } });
  await patch({ template: templateOf('agent', ['run', 'again']) });
  await stage.run(20);
  expect((await read()).status?.updatedNumberScheduled).toBeUndefined();
  const [pod] = await stage.pods();
  await stage.client.delete({ resource: 'pods', name: pod!.metadata.name, namespace: 'default' });
  await stage.run(10);
  expect((await read()).status?.updatedNumberScheduled).toBe(1);
});
