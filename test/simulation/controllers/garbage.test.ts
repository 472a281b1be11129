import { afterEach, expect, test } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { createStage, node, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

const map = (name: string, owners: KubeObject[] = [], more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    ownerReferences: owners.map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      uid: metadata.uid,
      ...more,
    })),
  },
});

const make = (name: string, owners: KubeObject[] = [], more: object = {}) =>
  stage.create<KubeObject>('configmaps', map(name, owners, more));
const labelled = async () =>
  (await stage.list('configmaps')).map(({ metadata }) => metadata.name).filter(name => name !== 'kube-root-ca.crt');
const remove = (name: string, propagationPolicy?: 'Foreground' | 'Background' | 'Orphan') =>
  stage.client.delete(
    { resource: 'configmaps', name, namespace: 'default' },
    propagationPolicy ? { propagationPolicy } : {},
  );

test('what has lost all of its owners goes, down the chain; who has one left lets go of the others', async () => {
  stage = createStage();
  const [first, second] = [await make('first'), await make('second')];
  const child = await make('child', [first]);
  await make('grandchild', [child]);
  await make('shared', [first, second]);
  await remove('first');
  await stage.run(1);
  expect(await labelled()).toEqual(['second', 'shared']);
  const shared = await stage.get<KubeObject>('configmaps', 'shared');
  expect(shared.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['second']);
});

test('an owner that was never there, or is another one of that name, is none', async () => {
  stage = createStage();
  const owner = await make('owner');
  const impostor = { ...owner, metadata: { ...owner.metadata, uid: '11111111-1111-4111-8111-111111111111' } };
  await make('dangling', [impostor]);
  await make('well', [owner]);
  await stage.run(1);
  expect(await labelled()).toEqual(['owner', 'well']);
});

test('an owner in another namespace is none, and an event says so', async () => {
  stage = createStage();
  const owner = await stage.client.create<KubeObject>('configmaps', {
    ...map('far'),
    metadata: { name: 'far', namespace: 'kube-system' },
  });
  await make('lost', [owner]);
  await stage.run(1);
  expect(await labelled()).toEqual([]);
  expect(await stage.events('lost')).toEqual([
    `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: far, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
  ]);
});

test('an owner of the cluster may own what lies in a namespace', async () => {
  stage = createStage();
  const owner = await stage.client.create<KubeObject>('nodes', node('node9'));
  await make('of-node', [owner]);
  await stage.run(1);
  expect(await labelled()).toEqual(['of-node']);
  await stage.client.delete({ resource: 'nodes', name: 'node9' });
  await stage.run(1);
  expect(await labelled()).toEqual([]);
});

test('orphaning leaves dependents without an owner; in the foreground an owner outlives those that block it', async () => {
  stage = createStage();
  const parent = await make('parent');
  await make('left', [parent]);
  await remove('parent', 'Orphan');
  await stage.run(1);
  expect(await labelled()).toEqual(['left']);
  expect((await stage.get<KubeObject>('configmaps', 'left')).metadata.ownerReferences ?? []).toEqual([]);

  const owner = await make('owner');
  await make('blocking', [owner], { blockOwnerDeletion: true });
  const held = { resource: 'configmaps', name: 'blocking', namespace: 'default' };
  await stage.client.patch(held, { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
  await remove('owner', 'Foreground');
  await stage.run(1);
  expect(await labelled()).toEqual(['blocking', 'left', 'owner']);
  await stage.client.patch(held, { type: 'merge', body: { metadata: { finalizers: [] } } });
  await stage.run(1);
  expect(await labelled()).toEqual(['left']);
});

test('what the policies do to a deployment: its pods go with it, before it, or stay', async () => {
  stage = createStage();
  const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: templateOf('web') };
  const deploy = () =>
    stage.create('deployments.apps', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
  const end = (propagationPolicy: 'Foreground' | 'Background' | 'Orphan') =>
    stage.client.delete({ resource: 'deployments.apps', name: 'web', namespace: 'default' }, { propagationPolicy });
  const counts = async () =>
    Promise.all(
      ['deployments.apps', 'replicasets.apps', 'pods'].map(async resource => (await stage.list(resource)).length),
    );
  for (const policy of ['Background', 'Foreground'] as const) {
    await deploy();
    await stage.run(5);
    await end(policy);
    await stage.run(0.5);
    expect(await counts()).toEqual(policy === 'Background' ? [0, 0, 2] : [1, 1, 2]);
    await stage.run(5);
    expect(await counts()).toEqual([0, 0, 0]);
  }
  await deploy();
  await stage.run(5);
  await end('Orphan');
  await stage.run(5);
  expect(await counts()).toEqual([0, 1, 2]);
});

test('pods of a node that is gone end after a while, and say why', async () => {
  stage = createStage({ nodes: ['node1'] });
  const seen: string[] = [];
  stage.client.watch<Pod>('pods', ({ object }) => {
    const condition = object.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    if (condition) seen.push(`${object.status?.phase} ${condition.reason}: ${condition.message}`);
  });
  await stage.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lone' },
    spec: templateOf('lone').spec,
  });
  await stage.run(5);
  await stage.client.delete({ resource: 'nodes', name: 'node1' });
  await stage.run(30);
  expect(await stage.list('pods')).toHaveLength(1);
  await stage.run(60);
  expect(await stage.list('pods')).toEqual([]);
  expect(seen).toContain('Failed DeletionByPodGC: PodGC: node no longer exists');
});

test('a custom resource that is defined later owns and is owned like any other', async () => {
  stage = createStage();
  await stage.run(5);
  const names = { plural: 'crates', kind: 'Crate' };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  await stage.client.create<KubeObject>('customresourcedefinitions.apiextensions.k8s.io', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'crates.shop.example' },
    ...{ spec: { group: 'shop.example', scope: 'Namespaced', names, versions } },
  });
  await stage.run(1);
  const owner = await stage.create<KubeObject>('crates.shop.example', {
    apiVersion: 'shop.example/v1',
    kind: 'Crate',
    metadata: { name: 'box' },
  });
  await make('label', [owner]);
  await stage.run(60);
  expect(await labelled()).toEqual(['label']);
  await stage.client.delete({ resource: 'crates.shop.example', name: 'box', namespace: 'default' });
  await stage.run(5);
  expect(await labelled()).toEqual([]);
});
