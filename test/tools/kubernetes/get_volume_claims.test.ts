import { expect, test } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/cluster.ts';
import type { PersistentVolumeClaim, StorageClass } from '../../../src/kubernetes/kinds/storage.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, event, namespace, pod } from './world.ts';

function claim(
  name: string,
  phase: 'Bound' | 'Pending' | 'Lost',
  spec: PersistentVolumeClaim['spec'] = {},
  status: PersistentVolumeClaim['status'] = {},
): PersistentVolumeClaim {
  const resources = { requests: { storage: '5Gi' } };
  const bound: PersistentVolumeClaim['status'] = phase === 'Bound' ? { capacity: { storage: '5Gi' } } : {};
  return {
    ...kinds.persistentVolumeClaim,
    metadata: { name, namespace: 'shop', creationTimestamp: ago(300) },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources, ...spec },
    status: { phase, ...bound, ...status },
  };
}

function storageClass(name: string, more: Partial<StorageClass> = {}): StorageClass {
  return { ...kinds.storageClass, metadata: { name }, provisioner: 'csi.example', allowVolumeExpansion: true, ...more };
}

function using(name: string, claimName: string, facts: Parameters<typeof pod>[1] = {}): Pod {
  const made = pod(name, facts);
  made.spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return made;
}

const world = (objects: KubeObject[]) => createWorld([namespace('shop'), ...objects]);
const look = async (objects: KubeObject[], name?: string) =>
  (await ask(world(objects), 'get_volume_claims', { namespace: 'shop', ...(name ? { name } : {}) })).text;
const lazy = { volumeBindingMode: 'WaitForFirstConsumer' as const };
const unscheduled = {
  phase: 'Pending' as const,
  ready: false,
  conditions: [
    { type: 'PodScheduled', status: 'False' as const, message: '0/3 nodes are available: 3 Insufficient cpu.' },
  ],
};

test('claims that are well, in a line each: size, class, whether it can grow, who uses it', async () => {
  const objects = [
    claim('data', 'Bound'),
    claim('logs', 'Bound', { storageClassName: 'slow' }),
    storageClass('fast'),
    storageClass('slow', { allowVolumeExpansion: false }),
    using('db-0', 'data'),
  ];
  expect((await look(objects)).split('\n')).toEqual([
    '2 volume claims in shop: 2 bound, 0 pending.',
    'data: bound, 5Gi of fast (can grow), ReadWriteOnce, used by db-0.',
    'logs: bound, 5Gi of slow (can NOT grow), ReadWriteOnce, used by NO pod.',
  ]);
  expect(await look(objects, 'db-0')).toContain('1 volume claim in shop for db-0: 1 bound, 0 pending.');
  expect(await look(objects, 'pvc/logs')).toContain('How full it is only metrics tell');
});

test('pending: each reason that there is for it', async () => {
  const why = async (objects: KubeObject[], spec: PersistentVolumeClaim['spec'] = {}) => {
    const lines = (await look([claim('data', 'Pending', spec), ...objects])).split('\n');
    return lines.find(line => line.startsWith('data is PENDING for 5m: '))?.slice('data is PENDING for 5m: '.length);
  };
  expect(await why([storageClass('slow')])).toContain('its StorageClass fast does NOT exist (there are: slow)');
  expect(await why([storageClass('fast')])).toContain('it waits for the provisioner csi.example to make a volume.');
  expect(await why([storageClass('fast', lazy)])).toContain('waits for a first pod, and NO pod uses it');
  expect(await why([storageClass('fast', lazy), using('db-0', 'data', unscheduled)])).toContain(
    'waits until its pod is scheduled: db-0 not scheduled: 0/3 nodes are available: 3 Insufficient cpu.',
  );
  const byHand = storageClass('fast', { provisioner: 'kubernetes.io/no-provisioner' });
  expect(await why([byHand])).toContain('class fast makes no volumes');
  expect(await why([], { storageClassName: '' })).toContain('it asks for no class');
  expect(await why([], { volumeName: 'pv-7' })).toContain('it waits for the volume pv-7');
  const reported = event(
    { kind: 'PersistentVolumeClaim', name: 'data' },
    { reason: 'ProvisioningFailed', message: 'quota of the cloud is used up', count: 9 },
  );
  expect(await why([storageClass('fast'), reported])).toContain(
    'Reported: Warning ProvisioningFailed x9, last 20s ago: quota of the cloud is used up',
  );
});

test('a claim without a class where there is no default one', async () => {
  const bare = claim('data', 'Pending');
  delete bare.spec.storageClassName;
  expect(await look([bare])).toContain('it names no StorageClass and there is no default one (there are: none)');
});

test('what is broken comes before what is well: lost, missing, growing, being deleted', async () => {
  const deleted = claim('old', 'Bound');
  deleted.metadata.deletionTimestamp = ago(60);
  const growing = claim(
    'big',
    'Bound',
    { resources: { requests: { storage: '9Gi' } } },
    {
      conditions: [
        { type: 'FileSystemResizePending', status: 'True', message: 'Waiting for user to (re-)start a pod' },
      ],
    },
  );
  const objects = [
    claim('a-well', 'Bound'),
    claim('gone', 'Lost', { volumeName: 'pv-1' }),
    growing,
    deleted,
    storageClass('fast'),
    using('db-0', 'old'),
    using('db-1', 'never-made', unscheduled),
  ];
  const text = await look(objects);
  const lines = text.split('\n');
  expect(lines[0]).toBe('4 volume claims in shop: 3 bound, 0 pending, 1 LOST.');
  expect(lines[1]).toBe("never-made does NOT exist, and db-1 can't start without it.");
  expect(text).toContain('gone is LOST: its volume pv-1 is gone.');
  expect(text).toContain(
    'big: it has 5Gi and asks for 9Gi; FileSystemResizePending: Waiting for user to (re-)start a pod',
  );
  expect(text).toContain('old is being DELETED since 60s, held by pods that use it: db-0');
  expect(lines.at(-1)).toContain('a-well: bound');
  expect(await factsOf(world(objects), 'get_volume_claims', { namespace: 'shop' })).toEqual({
    claims: 4,
    bound: 3,
    pending: [],
    lost: ['gone'],
    missing: ['never-made'],
  });
});

test('a volume that is bound and does not come to its pod: what attaching says', async () => {
  const creating = {
    phase: 'Pending' as const,
    node: 'node-a',
    ready: false,
    state: { waiting: { reason: 'ContainerCreating' } },
  };
  const attach = event(
    { kind: 'Pod', name: 'db-1' },
    {
      reason: 'FailedAttachVolume',
      message: 'Multi-Attach error for volume "pv-1": Volume is already used by pod(s) db-0',
    },
  );
  const text = await look([claim('data', 'Bound'), storageClass('fast'), using('db-1', 'data', creating), attach]);
  expect(text).toContain('data is bound, but pod db-1 waits for its volumes.');
  expect(text).toContain('Warning FailedAttachVolume 20s ago: Multi-Attach error for volume "pv-1"');
});

test('classes that we may not read do not cost the answer', async () => {
  const all = world([claim('data', 'Pending'), claim('logs', 'Bound')]);
  const guarded: typeof all = {
    ...all,
    list: async (kind, query, signal) => {
      if (kind.kind === 'StorageClass') throw new ClusterError(403, 'Forbidden', 'no');
      return all.list(kind, query, signal);
    },
  };
  const { text, isError } = await ask(guarded, 'get_volume_claims', { namespace: 'shop' });
  expect(isError).toBe(false);
  expect(text).toContain("why can't be told: we may not read its StorageClass fast");
  expect(text).toContain('logs: bound, 5Gi of fast, ReadWriteOnce');
});

test('no claims at all, none of that name, no such namespace', async () => {
  expect(await look([])).toBe('There are no volume claims in shop.');
  expect(await look([claim('data-db-0', 'Bound')], 'data')).toContain('Claims: data-db-0.');
  const { text } = await ask(world([]), 'get_volume_claims', { namespace: 'shap' });
  expect(text).toContain('There is no namespace "shap".');
});

test('five hundred claims stay within the bound, the pending ones first, in four requests', async () => {
  const claims = Array.from({ length: 500 }, (_, index) => claim(`c-${index}`, index === 400 ? 'Pending' : 'Bound'));
  const large = world([...claims, storageClass('fast')]);
  const { text } = await ask(large, 'get_volume_claims', { namespace: 'shop' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text.split('\n')[1]).toContain('c-400 is PENDING');
  expect(text).toMatch(/\d+ more left out/);
  expect(large.requests()).toBeLessThanOrEqual(4);
});

test('in a cluster: a replica whose storage class is gone', async () => {
  const { ask: inCluster } = await breakCluster('class-that-is-gone', 100_000);
  const text = await inCluster('get_volume_claims', { namespace: 'clinic', name: 'database' });
  expect(text).toContain('2 volume claims in clinic for database: 1 bound, 1 pending.');
  expect(text).toContain(
    'data-database-1 is PENDING for 100s: its StorageClass standard does NOT exist (there are: none).',
  );
  expect(text).toContain('Reported: Warning ProvisioningFailed');
  expect(text).toContain('data-database-0: bound, 5Gi of standard, ReadWriteOnce, used by database-0.');
});
