import { expect, test } from 'vitest';
import type { PersistentVolumeClaim } from '../../../src/kubernetes/kinds/storage.ts';
import type { StatefulSet } from '../../../src/kubernetes/kinds/workloads.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import { readNodeLoads } from '../../../src/kubernetes/node_loads.ts';
import type { Container, KubeObject } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { createWorld, deployment, namespace, node, pod, replicaSet } from './world.ts';

const scaling = async (objects: KubeObject[], replicas: number, name = 'web') =>
  (
    await ask(createWorld([namespace('shop'), ...objects]), 'check_scaling_feasibility', {
      namespace: 'shop',
      name,
      replicas,
    })
  ).text.split('\n');

const asking = (cpu: string): Partial<Container> => ({ resources: { requests: { cpu, memory: '256Mi' } } });
const web = (cpu: string) => [
  deployment('web', { replicas: 2 }, asking(cpu)),
  replicaSet('web', 2, 2, 2, asking(cpu)),
  pod('web-1', { owner: 'web', node: 'node-a', container: asking(cpu) }),
  pod('web-2', { owner: 'web', node: 'node-b', container: asking(cpu) }),
];
const room = { cpu: '2', memory: '4Gi', pods: '110' };
const nodes = [
  node('node-a', room),
  node('node-b', room),
  node('node-c', room, { spec: { unschedulable: true } }),
  node('node-d', room, { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }),
];

test('all fit', async () => {
  expect(await scaling([...web('500m'), ...nodes], 5)).toEqual([
    'Deployment web: 2 of 2 pods are on nodes; 5 are asked for, 3 more.',
    'All 3 would fit now.',
    'Nodes: room for all 3 (each requests cpu 500m, memory 256Mi); 2 nodes of 4 would take one.',
  ]);
});

test('the nodes are the first limit, and each says why', async () => {
  const objects = [...web('600m'), ...nodes, pod('other', { phase: 'Pending' })];
  expect(await scaling(objects, 9)).toEqual([
    'Deployment web: 2 of 2 pods are on nodes; 9 are asked for, 7 more.',
    'Only 4 of them would get a place now: the first limit is the nodes.',
    "Nodes: room for 4 (each requests cpu 600m, memory 256Mi); 2 nodes of 4 would take one. For the next: 2 too little cpu left, 1 cordoned, 1 tainted gpu:NoSchedule, which the pods don't tolerate.",
    '1 other pod in the cluster waits for a node, and may take the room.',
  ]);
  const args = { namespace: 'shop', name: 'web', replicas: 9 };
  expect(await factsOf(createWorld(objects), 'check_scaling_feasibility', args)).toEqual({
    ...{ wanted: 9, on_nodes: 2, further: 7, fit: 4, first_limit: 'nodes' },
  });
});

test('a quota, an autoscaler, and which of them comes first', async () => {
  const quota: KubeObject = {
    ...kinds.resourceQuota,
    metadata: { name: 'compute', namespace: 'shop' },
    ...{ spec: { hard: { 'requests.cpu': '2' } }, status: { used: { 'requests.cpu': '1500m' } } },
  };
  const hpa: KubeObject = {
    ...kinds.horizontalPodAutoscaler,
    metadata: { name: 'web', namespace: 'shop' },
    ...{ spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 4 } },
  };
  expect((await scaling([...web('500m'), ...nodes, quota, hpa], 6)).slice(1)).toEqual([
    'Only 1 of them would get a place now: the first limit is a quota.',
    'Nodes: room for all 4 (each requests cpu 500m, memory 256Mi); 2 nodes of 4 would take one.',
    'Quota compute allows 1 further pods (requests.cpu 1500m of 2 used, 500m a pod).',
    'HPA web scales it between 2 and 4: it would set 6 back to 4.',
  ]);
});

test('volumes: a claim that all pods share, and one that nothing provides', async () => {
  const [, set, ...pods] = web('100m');
  const template = (claimName: string) => {
    const one = deployment('web', { replicas: 2 }, asking('100m'));
    one.spec.template.spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
    return [one, { ...set!, ...{ spec: { ...one.spec, template: one.spec.template } } }, ...pods, ...nodes];
  };
  const claim: KubeObject = {
    ...kinds.persistentVolumeClaim,
    metadata: { name: 'data', namespace: 'shop' },
    ...{ spec: { accessModes: ['ReadWriteOnce'] }, status: { phase: 'Bound' } },
  };
  expect((await scaling([...template('data'), claim], 3)).at(-1)).toBe(
    'All pods share claim data, which is ReadWriteOnce: those on a second node will hang in ContainerCreating.',
  );
  expect((await scaling(template('gone'), 3)).slice(1)).toEqual([
    'NONE of them would get a place now: the first limit is storage.',
    'Nodes: room for it (each requests cpu 100m, memory 256Mi); 2 nodes of 4 would take one.',
    'Claim gone, which the pods use, does not exist.',
  ]);
});

test('fewer than there are, and what has no replicas', async () => {
  expect(await scaling([...web('500m'), ...nodes], 1)).toEqual([
    'Deployment web: 2 pods are on nodes already; 1 need no more room.',
  ]);
  expect(await scaling([pod('lonely'), ...nodes], 3, 'lonely')).toEqual([
    'Pod lonely is neither a Deployment nor a StatefulSet: name the one whose replicas are to change.',
  ]);
  expect((await scaling([...web('500m')], 3, 'wob'))[0]).toContain('There is no pod or workload "wob"');
});

test('5,000 nodes that are alike, and thousands of replicas, within the bound and in good time', async () => {
  const many = Array.from({ length: 5_000 }, (_, index) => node(`node-${index}`, room));
  const text = await scaling([...web('900m'), ...many], 10_000);
  expect(text.slice(1)).toEqual([
    'All 9998 would fit now.',
    'Nodes: room for all 9998 (each requests cpu 900m, memory 256Mi); 5000 nodes of 5000 would take one.',
  ]);
});

test('in a cluster without room it says what the scheduler then says', async () => {
  const { embedded, ask: askThere } = await breakCluster('no-room-to-scale', 120_000);
  const { items } = await embedded.client.list<KubeObject & { spec: { replicas: number } }>('deployments.apps');
  const [target] = items.filter(({ metadata }) => metadata.namespace !== 'kube-system');
  const { name, namespace: home = '' } = target?.metadata ?? { name: '' };
  const text = await askThere('check_scaling_feasibility', { namespace: home, name, replicas: 60 });
  expect(text).toMatch(/the first limit is (the nodes|a quota)/);
});

test('in a large cluster the pods that are followed count, and those of other namespaces are not read', async () => {
  const pods = web('500m');
  const elsewhere = Array.from({ length: 3 }, (_, index) => {
    const one = pod(`other-${index}`, { node: 'node-a', container: asking('500m') });
    return { ...one, metadata: { ...one.metadata, namespace: 'elsewhere' } };
  });
  const world = createWorld([namespace('shop'), ...pods, ...nodes, ...elsewhere]);
  const namespaces: (string | undefined)[] = [];
  const list: typeof world.list = (kind, query, signal) => {
    if (kind.kind === 'Pod') namespaces.push(query?.namespace);
    return world.list(kind, query, signal);
  };
  const nodeLoads = { follows: () => true, read: () => readNodeLoads.read(world, new AbortController().signal) };
  const args = { namespace: 'shop', name: 'web', replicas: 9 };
  const facts = await factsOf({ ...world, list }, 'check_scaling_feasibility', args, { nodeLoads });
  expect(facts).toMatchObject({ fit: 3, first_limit: 'nodes' });
  expect(new Set(namespaces)).toEqual(new Set(['shop']));
});

test('pods that each need a volume: those that nothing provides wait, but for claims that earlier pods left', async () => {
  const { embedded, ask: askThere } = await breakCluster('class-that-is-gone', 120_000);
  const database = await embedded.client.get<StatefulSet>('statefulsets.apps', 'database', 'clinic');
  expect(database?.spec.replicas).toBe(2);
  const asked = { namespace: 'clinic', name: 'database', replicas: 3 };
  const text = await askThere('check_scaling_feasibility', asked);
  expect(text).toContain('NONE of them would get a place now: the first limit is storage.');
  expect(text).toContain('class standard does not exist, and 0 free volumes would do.');
  // A pod that went away has left a claim with a volume behind.
  const claims = await embedded.client.list<PersistentVolumeClaim>('persistentvolumeclaims', { namespace: 'clinic' });
  const bound = claims.items.find(({ status }) => status?.phase === 'Bound');
  expect(bound?.metadata.name).toBe('data-database-0');
  const world = createWorld([
    namespace('clinic'),
    ...nodes,
    { ...database!, apiVersion: 'apps/v1', kind: 'StatefulSet' },
    { ...bound!, apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  ]);
  expect(await factsOf(world, 'check_scaling_feasibility', asked)).toMatchObject({ fit: 1, first_limit: 'storage' });
});
