import { afterEach, expect, test } from 'vitest';
import type { PersistentVolumeClaim } from '../../../src/kubernetes/kinds/storage.ts';
import type { ControllerRevision, StatefulSet } from '../../../src/kubernetes/kinds/workloads.ts';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

function start(spec: object = {}): Promise<StatefulSet> {
  stage = createStage();
  const selector = { matchLabels: { app: 'db' } };
  const all = {
    replicas: 3,
    serviceName: 'db',
    selector,
    template: templateOf('db'),
    volumeClaimTemplates: [claim],
    ...spec,
  };
  return stage.create('statefulsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: all,
  });
}

const read = () => stage.get<StatefulSet>('statefulsets.apps', 'db');
const names = (pods: Pod[]) => pods.map(({ metadata }) => metadata.name);
const patch = (spec: object) => stage.patch<StatefulSet>('statefulsets.apps', 'db', { spec });
const image = (args: string[]) => patch({ template: templateOf('db', args) });

async function settled(replicas = 3): Promise<void> {
  await stage.until(async () => {
    const { status, metadata } = await read();
    return (
      status?.observedGeneration === metadata.generation &&
      status?.readyReplicas === replicas &&
      status.replicas === replicas &&
      status.currentRevision === status.updateRevision
    );
  });
}

/** The pods that were there together, second by second. */
async function watched(seconds: number): Promise<string[]> {
  const seen: string[] = [];
  await stage.run(0.5);
  for (let i = 0; i < seconds; i++) {
    const text = (await stage.list<Pod>('pods'))
      .map(pod => `${pod.metadata.name}${pod.metadata.deletionTimestamp ? '-' : isReady(pod) ? '+' : ''}`)
      .join(' ');
    if (text !== seen.at(-1)) seen.push(text);
    await stage.run(1);
  }
  return seen;
}

test('pods come one after the other, each with its name, its place in DNS and its claim', async () => {
  await start();
  expect(await watched(8)).toEqual(['db-0', 'db-0+ db-1', 'db-0+ db-1+ db-2', 'db-0+ db-1+ db-2+']);
  const pod = await stage.get<Pod>('pods', 'db-1');
  const { status } = await read();
  expect(pod).toMatchObject({
    metadata: {
      labels: {
        app: 'db',
        'statefulset.kubernetes.io/pod-name': 'db-1',
        'apps.kubernetes.io/pod-index': '1',
        'controller-revision-hash': status?.updateRevision,
      },
    },
    spec: {
      hostname: 'db-1',
      subdomain: 'db',
      volumes: expect.arrayContaining([{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }]),
    },
  });
  expect(status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    availableReplicas: 3,
    collisionCount: 0,
  });
  const claims = await stage.list<PersistentVolumeClaim>('persistentvolumeclaims');
  expect(claims.map(({ metadata }) => [metadata.name, metadata.labels, metadata.ownerReferences])).toEqual(
    [0, 1, 2].map(ordinal => [`data-db-${ordinal}`, { app: 'db' }, undefined]),
  );
  expect(await stage.events('db')).toEqual(
    expect.arrayContaining([
      'SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
    ]),
  );
});

test('scaling down ends the last one first, and keeps the claims', async () => {
  await start();
  await settled();
  await patch({ replicas: 1 });
  expect(await watched(6)).toEqual(['db-0+ db-1+ db-2-', 'db-0+ db-1-', 'db-0+']);
  expect(await stage.list('persistentvolumeclaims')).toHaveLength(3);
  expect(await stage.events('db')).toContain('SuccessfulDelete: Delete Pod db-2 in StatefulSet db successful');
});

test('claims go when the policy says so: with their pod on scaling down, with the set on its end', async () => {
  await start({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' } });
  await settled();
  await patch({ replicas: 1 });
  await stage.run(10);
  const left = () => stage.list<PersistentVolumeClaim>('persistentvolumeclaims');
  expect((await left()).map(({ metadata }) => [metadata.name, metadata.ownerReferences?.[0]?.kind])).toEqual([
    ['data-db-0', 'StatefulSet'],
  ]);
  await stage.client.delete({ resource: 'statefulsets.apps', name: 'db', namespace: 'default' });
  await stage.run(10);
  expect([await left(), await stage.list('pods')]).toEqual([[], []]);
});

test('a rolling update goes from the last one down, and waits for each', async () => {
  await start();
  await settled();
  const first = (await read()).status?.currentRevision;
  await image(['run', 'again']);
  expect(await watched(12)).toEqual([
    'db-0+ db-1+ db-2-',
    'db-0+ db-1+ db-2',
    'db-0+ db-1- db-2+',
    'db-0+ db-1 db-2+',
    'db-0- db-1+ db-2+',
    'db-0 db-1+ db-2+',
    'db-0+ db-1+ db-2+',
  ]);
  const { status } = await read();
  expect(status?.currentRevision).toBe(status?.updateRevision);
  expect(status?.currentRevision).not.toBe(first);
  const revisions = await stage.list<ControllerRevision>('controllerrevisions.apps');
  expect(revisions.map(({ revision }) => revision).sort()).toEqual([1, 2]);
});

test('a partition keeps those below it as they were, also when they are made again', async () => {
  await start({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
  await settled();
  await image(['run', 'again']);
  await stage.run(10);
  await stage.client.delete({ resource: 'pods', name: 'db-0', namespace: 'default' });
  await stage.run(10);
  const args = (await stage.pods()).map(({ spec }) => spec.containers[0]?.args?.length);
  expect(args).toEqual([1, 1, 2]);
  expect((await read()).status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
});

test('a broken update is stuck, going back alone does not help, ending the broken pod does', async () => {
  await start();
  await settled();
  await image(['stuck']);
  await stage.run(30);
  expect(await watched(1)).toEqual(['db-0+ db-1+ db-2']);
  await image(['run']);
  await stage.run(30);
  expect(await watched(1)).toEqual(['db-0+ db-1+ db-2']);
  await stage.client.delete({ resource: 'pods', name: 'db-2', namespace: 'default' });
  await settled();
});

test('OnDelete changes only what somebody deletes; a failed pod is made again', async () => {
  await start({ updateStrategy: { type: 'OnDelete' } });
  await settled();
  await image(['run', 'again']);
  await stage.run(20);
  expect((await read()).status?.updatedReplicas).toBeUndefined();
  await stage.client.delete({ resource: 'pods', name: 'db-1', namespace: 'default' });
  await stage.run(10);
  expect((await read()).status?.updatedReplicas).toBe(1);
});

test('in parallel all come and go at once; ordinals may start later', async () => {
  await start({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } });
  await stage.run(0.5);
  expect(names(await stage.pods())).toEqual(['db-5', 'db-6', 'db-7']);
  await stage.run(5);
  await patch({ replicas: 0 });
  await stage.run(0.5);
  expect(await stage.pods()).toEqual([]);
});

test('only as many old revisions are kept as its limit says', async () => {
  await start({ revisionHistoryLimit: 1 });
  await settled();
  for (const args of [
    ['run', '1'],
    ['run', '2'],
    ['run', '3'],
  ]) {
    await image(args);
    await settled();
  }
  expect(await stage.list('controllerrevisions.apps')).toHaveLength(2);
});
