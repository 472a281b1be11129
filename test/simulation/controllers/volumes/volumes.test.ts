import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../src/kubernetes/kinds/storage.ts';
import type { KubeEvent, Pod } from '../../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../../src/simulation/api/server.ts';
import { createCaches } from '../../../../src/simulation/controllers/cache.ts';
import { createVolumeBinder } from '../../../../src/simulation/controllers/volumes/binder.ts';
import { createVolumeExpander } from '../../../../src/simulation/controllers/volumes/expander.ts';
import { embeddedProvisioner } from '../../../../src/simulation/controllers/volumes/pool.ts';
import { createVolumeProtection } from '../../../../src/simulation/controllers/volumes/protection.ts';
import { createProvisioner } from '../../../../src/simulation/controllers/volumes/provisioner.ts';
import { pod } from '../../api/fixtures.ts';

const claims = 'persistentvolumeclaims';
const volumes = 'persistentvolumes';
const classes = 'storageclasses.storage.k8s.io';

function storage() {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T12:00:00Z') });
  const client = createApiServer({ clock }).client();
  const caches = createCaches(client);
  const deps = { client, clock, caches };
  const parts = [createVolumeBinder, createProvisioner, createVolumeProtection, createVolumeExpander].map(start =>
    start(deps),
  );
  onTestFinished(() => {
    for (const part of [...parts, caches]) part.stop();
  });
  return {
    client,
    async pass(seconds: number) {
      clock.start();
      await clock.sleep(seconds * 1000);
      clock.stop();
    },
    claim: (name: string) => client.get<PersistentVolumeClaim>(claims, name, 'default'),
    volume: (name: string) => client.get<PersistentVolume>(volumes, name),
    events: async () =>
      (await client.list<KubeEvent>('events', { namespace: 'default' })).items.map(
        ({ reason, message }) => `${reason}: ${message}`,
      ),
    async claimOf(name: string, storageClassName: string | undefined, size: string, more: object = {}) {
      await client.create<PersistentVolumeClaim>(claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, namespace: 'default' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: size } },
          ...(storageClassName === undefined ? {} : { storageClassName }),
          ...more,
        },
      });
    },
    async volumeOf(name: string, size: string, more: Partial<PersistentVolume['spec']> = {}) {
      const spec = { capacity: { storage: size }, accessModes: ['ReadWriteOnce' as const], hostPath: { path: '/d' } };
      const object = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, ...more } };
      await client.create<PersistentVolume>(volumes, object);
    },
    async classOf(name: string, more: Partial<StorageClass> = {}) {
      const object = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name } };
      await client.create<StorageClass>(classes, { ...object, provisioner: embeddedProvisioner, ...more });
    },
    async podWith(name: string, claimName: string, nodeName: string | undefined) {
      const { spec, ...rest } = pod(name);
      const uses = [{ name: 'data', persistentVolumeClaim: { claimName } }];
      const created = await client.create<Pod>('pods', {
        ...rest,
        spec: { ...spec, volumes: uses, ...(nodeName ? { nodeName } : {}) },
      });
      if (nodeName)
        await client.update<Pod>('pods', { ...created, status: { phase: 'Running' } }, { subresource: 'status' });
    },
  };
}

test('a claim gets the smallest volume that is large enough', async () => {
  const { volumeOf, claimOf, pass, claim, volume } = storage();
  await volumeOf('large', '10Gi');
  await volumeOf('small', '1Gi');
  await volumeOf('middle', '5Gi');
  await pass(1);
  await claimOf('data', undefined, '2Gi');
  await pass(1);
  expect(await claim('data')).toMatchObject({
    metadata: {
      annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' },
      finalizers: ['kubernetes.io/pvc-protection'],
    },
    spec: { volumeName: 'middle' },
    status: { phase: 'Bound', capacity: { storage: '5Gi' }, accessModes: ['ReadWriteOnce'] },
  });
  expect(await volume('middle')).toMatchObject({ spec: { claimRef: { name: 'data' } }, status: { phase: 'Bound' } });
  expect(await volume('small')).toMatchObject({ status: { phase: 'Available' } });
});

test('a claim that nobody serves says why, again and again', async () => {
  const { claimOf, classOf, pass, claim, events, podWith } = storage();
  await classOf('waits', { volumeBindingMode: 'WaitForFirstConsumer' });
  await classOf('foreign', { provisioner: 'disk.example/csi' });
  await claimOf('alone', undefined, '1Gi');
  await claimOf('lazy', 'waits', '1Gi');
  await claimOf('astray', 'nowhere', '1Gi');
  await claimOf('abroad', 'foreign', '1Gi');
  await pass(1);
  expect((await events()).sort()).toEqual([
    "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'disk.example/csi' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    'ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found',
    'WaitForFirstConsumer: waiting for first consumer to be created before binding',
  ]);
  await podWith('web', 'lazy', undefined);
  await pass(30);
  expect(await events()).toContain('WaitForPodScheduled: waiting for pod web to be scheduled');
  expect((await claim('lazy'))?.status).toEqual({ phase: 'Pending' });
});

test('a class makes volumes, and takes them back when their claims go', async () => {
  const { claimOf, classOf, pass, claim, volume, events, client } = storage();
  await classOf('fast');
  await claimOf('data', 'fast', '3Gi');
  await pass(5);
  const bound = await claim('data');
  expect(bound?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '3Gi' } });
  const name = `pvc-${bound?.metadata.uid}`;
  expect(await volume(name)).toMatchObject({
    metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': embeddedProvisioner } },
    spec: { persistentVolumeReclaimPolicy: 'Delete', storageClassName: 'fast' },
    status: { phase: 'Bound' },
  });
  expect(await events()).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${name}`);
  await client.delete({ resource: claims, name: 'data', namespace: 'default' });
  await pass(5);
  expect([await claim('data'), await volume(name)]).toEqual([undefined, undefined]);
});

test('a claim in use stays until its pod is gone; its volume is kept where the class says so', async () => {
  const { claimOf, classOf, pass, claim, volume, client, podWith } = storage();
  await classOf('kept', { reclaimPolicy: 'Retain' });
  await claimOf('data', 'kept', '1Gi');
  await pass(5);
  const name = `pvc-${(await claim('data'))?.metadata.uid}`;
  await podWith('web', 'data', 'node1');
  await client.delete({ resource: claims, name: 'data', namespace: 'default' });
  await pass(5);
  expect((await claim('data'))?.metadata.deletionTimestamp).toBeDefined();
  await client.delete({ resource: 'pods', name: 'web', namespace: 'default' }, { gracePeriodSeconds: 0 });
  await pass(5);
  expect(await claim('data')).toBeUndefined();
  expect((await volume(name))?.status?.phase).toBe('Released');
});

test('a pool that is used up makes no volume, and does when there is room again', async () => {
  const { claimOf, classOf, pass, claim, events, client } = storage();
  await classOf('fast', { parameters: { poolCapacity: '4Gi' } });
  await claimOf('first', 'fast', '3Gi');
  await pass(5);
  await claimOf('second', 'fast', '2Gi');
  await pass(5);
  expect((await claim('second'))?.status?.phase).toBe('Pending');
  expect(await events()).toContain(
    'ProvisioningFailed: failed to provision volume with StorageClass "fast": rpc error: code = ResourceExhausted desc = not enough free space in pool "fast": 2Gi requested, 1Gi available',
  );
  await client.delete({ resource: claims, name: 'first', namespace: 'default' });
  await pass(400);
  expect((await claim('second'))?.status?.phase).toBe('Bound');
});

test('a volume grows in the storage first, and on its node when a pod uses it', async () => {
  const { claimOf, classOf, pass, claim, volume, events, client, podWith } = storage();
  await classOf('fast', { allowVolumeExpansion: true });
  await claimOf('data', 'fast', '1Gi');
  await pass(5);
  const target = { resource: claims, name: 'data', namespace: 'default' };
  const body = { spec: { resources: { requests: { storage: '2Gi' } } } };
  await client.patch(target, { type: 'merge', body });
  await pass(1);
  expect((await claim('data'))?.status?.conditions).toMatchObject([{ type: 'Resizing', status: 'True' }]);
  await pass(5);
  const name = `pvc-${(await claim('data'))?.metadata.uid}`;
  expect((await volume(name))?.spec.capacity).toEqual({ storage: '2Gi' });
  expect((await claim('data'))?.status).toMatchObject({
    capacity: { storage: '1Gi' },
    conditions: [{ type: 'FileSystemResizePending', status: 'True' }],
  });
  await podWith('web', 'data', 'node1');
  await pass(10);
  expect((await claim('data'))?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '2Gi' } });
  expect((await claim('data'))?.status?.conditions).toBeUndefined();
  expect((await events()).filter(text => text.includes('esize') || text.includes('Expand'))).toEqual(
    expect.arrayContaining([
      'ExternalExpanding: waiting for an external controller to expand this PVC',
      `Resizing: External resizer is resizing volume ${name}`,
      'FileSystemResizeRequired: Require file system resize of volume on node',
      `FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "${name}" node1`,
    ]),
  );
});

test('a claim whose volume is taken from it is lost', async () => {
  const { volumeOf, claimOf, pass, claim, client, events } = storage();
  await volumeOf('disk', '1Gi');
  await claimOf('data', undefined, '1Gi');
  await pass(1);
  const target = { resource: volumes, name: 'disk' };
  await client.patch(target, { type: 'merge', body: { metadata: { finalizers: [] } } });
  await client.delete(target);
  await client.patch(target, { type: 'merge', body: { metadata: { finalizers: null } } }).catch(() => undefined);
  await pass(1);
  expect((await claim('data'))?.status?.phase).toBe('Lost');
  expect(await events()).toContain('ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!');
});

const act = fc.oneof(
  fc.record({
    kind: fc.constant('volume' as const),
    name: fc.constantFrom('v1', 'v2', 'v3'),
    size: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({
    kind: fc.constant('claim' as const),
    name: fc.constantFrom('c1', 'c2', 'c3'),
    size: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom('c1', 'c2', 'c3', 'v1', 'v2') }),
  fc.record({ kind: fc.constant('wait' as const) }),
);

test('whatever comes and goes, bound volumes and claims belong to each other, one to one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 20 }), fc.boolean(), async (acts, made) => {
      const { volumeOf, claimOf, classOf, pass, client } = storage();
      if (made) await classOf('fast', { parameters: { poolCapacity: '7Gi' } });
      for (const one of acts) {
        if (one.kind === 'wait') await pass(3);
        else if (one.kind === 'volume') await volumeOf(one.name, `${one.size}Gi`).catch(() => undefined);
        else if (one.kind === 'claim')
          await claimOf(one.name, made ? 'fast' : undefined, `${one.size}Gi`).catch(() => undefined);
        else {
          const isClaim = one.name.startsWith('c');
          const place = isClaim ? { resource: claims, namespace: 'default' } : { resource: volumes };
          await client.delete({ ...place, name: one.name }).catch(() => undefined);
        }
      }
      await pass(400);
      const allClaims = (await client.list<PersistentVolumeClaim>(claims)).items;
      const allVolumes = (await client.list<PersistentVolume>(volumes)).items;
      const bound = allVolumes.filter(({ status }) => status?.phase === 'Bound');
      for (const { metadata, spec } of bound) {
        const owner = allClaims.find(one => one.metadata.uid === spec.claimRef?.uid);
        expect(owner?.spec.volumeName).toBe(metadata.name);
      }
      const boundClaims = allClaims.filter(({ status }) => status?.phase === 'Bound');
      expect(boundClaims.map(({ spec }) => spec.volumeName).sort()).toEqual(
        bound.map(({ metadata }) => metadata.name).sort(),
      );
      const total = bound.reduce((sum, { spec }) => sum + Number.parseInt(spec.capacity?.['storage'] ?? '0', 10), 0);
      if (made) expect(total).toBeLessThanOrEqual(7 + 15);
    }),
    { numRuns: 30 },
  );
});
