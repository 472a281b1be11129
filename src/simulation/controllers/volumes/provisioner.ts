import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import { hashOf } from '../../../lib/hash.ts';
import type { NewObject } from '../../api/client.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createEventRecorder } from '../event_recorder.ts';
import { ignoreGone } from '../gone.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { bindCompleted, classOf, provisionedBy, requestedBytes, selectedNode, storageProvisioner } from './matching.ts';
import { embeddedProvisioner, poolOf, shortage, volumeNameFor } from './pool.ts';

const takesMs = 1500;
const firstRetryMs = 1000;
const longestRetryMs = 300_000;
const ownFinalizer = 'external-provisioner.volume.kubernetes.io/finalizer';
const protection = 'kubernetes.io/pv-protection';

/**
 * The storage system: makes a volume for each claim whose class names it, and deletes those that were given back. It is
 * no part of a controller manager: against a real control plane it runs beside it.
 */
export function createProvisioner({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const component = `${embeddedProvisioner}_csi-provisioner-0_${hashOf(embeddedProvisioner, 8)}`;
  const events = createEventRecorder({ client, clock, component });
  const volumes = caches.of<PersistentVolume>('persistentvolumes');
  const claims = caches.of<PersistentVolumeClaim>('persistentvolumeclaims');
  const classes = caches.of<StorageClass>('storageclasses.storage.k8s.io');
  const attempts = new Map<string, { begun: boolean; failures: number }>();
  const ready = Promise.all([volumes.synced, claims.synced, classes.synced]);
  const claimQueue = createQueue(clock, provision, ready);
  const volumeQueue = createQueue(clock, giveBack, ready);
  const stops = [
    claims.follow(({ object }) => {
      if (!attempts.has(keyOf(object.metadata))) claimQueue.add(keyOf(object.metadata));
    }),
    volumes.follow(({ object }) => {
      if (isDone(object)) volumeQueue.addAfter(keyOf(object.metadata), takesMs);
    }),
  ];

  async function provision(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const claim = claims.get(namespace, name);
    const storageClass = claim && classes.get('', classOf(claim));
    if (!storageClass || !wants(claim, storageClass)) {
      attempts.delete(key);
      return;
    }
    const { begun, failures } = attempts.get(key) ?? { begun: false, failures: 0 };
    attempts.set(key, { begun: !begun, failures });
    if (!begun) {
      const message = `External provisioner is provisioning volume for claim "${key}"`;
      events.record(claim, { type: 'Normal', reason: 'Provisioning', message });
      claimQueue.addAfter(key, takesMs);
      return;
    }
    const problem = problemWith(claim, storageClass);
    if (problem === undefined) await make(key, claim, storageClass);
    else refuse(key, claim, storageClass, problem);
  }

  function wants({ metadata, spec }: PersistentVolumeClaim, { provisioner, volumeBindingMode }: StorageClass): boolean {
    const { annotations = {}, deletionTimestamp } = metadata;
    if (provisioner !== embeddedProvisioner || annotations[storageProvisioner] !== provisioner) return false;
    if (spec.volumeName || annotations[bindCompleted] !== undefined || deletionTimestamp !== undefined) return false;
    return volumeBindingMode !== 'WaitForFirstConsumer' || annotations[selectedNode] !== undefined;
  }

  function problemWith(claim: PersistentVolumeClaim, storageClass: StorageClass): string | undefined {
    if (claim.spec.selector) return 'claim Selector is not supported';
    const pools = { classes: classes.all(), volumes: volumes.all() };
    const lack = shortage(pools, poolOf(storageClass), requestedBytes(claim));
    return lack && `rpc error: code = ResourceExhausted desc = ${lack}`;
  }

  async function make(key: string, claim: PersistentVolumeClaim, storageClass: StorageClass): Promise<void> {
    const name = volumeNameFor(claim);
    if (!volumes.get('', name)) await volumes.create(volumeFor(claim, storageClass));
    attempts.delete(key);
    const message = `Successfully provisioned volume ${name}`;
    events.record(claim, { type: 'Normal', reason: 'ProvisioningSucceeded', message });
  }

  function refuse(key: string, claim: PersistentVolumeClaim, { metadata }: StorageClass, problem: string): void {
    const failures = (attempts.get(key)?.failures ?? 0) + 1;
    attempts.set(key, { begun: false, failures });
    const message = `failed to provision volume with StorageClass "${metadata.name}": ${problem}`;
    events.record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
    claimQueue.addAfter(key, Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs));
  }

  async function giveBack(key: string): Promise<void> {
    const volume = volumes.get('', parseKey(key).name);
    if (!volume || !isDone(volume)) return;
    if (volume.metadata.deletionTimestamp === undefined) await volumes.delete(volume).catch(ignoreGone);
    const left = volumes.get('', volume.metadata.name);
    if (!left?.metadata.finalizers?.includes(ownFinalizer)) return;
    const { resourceVersion: _, ...metadata } = left.metadata;
    const finalizers = metadata.finalizers?.filter(one => one !== ownFinalizer) ?? [];
    await volumes.update({ ...left, metadata: { ...metadata, finalizers } }).catch(ignoreGone);
  }

  return {
    stop() {
      for (const queue of [claimQueue, volumeQueue]) queue.stop();
      for (const stop of stops) stop();
    },
  };
}

/** Ours, and nobody's any more. */
function isDone({ metadata, spec, status }: PersistentVolume): boolean {
  if (metadata.annotations?.[provisionedBy] !== embeddedProvisioner || status?.phase !== 'Released') return false;
  return spec.persistentVolumeReclaimPolicy === 'Delete';
}

function volumeFor(claim: PersistentVolumeClaim, storageClass: StorageClass): NewObject<PersistentVolume> {
  const { namespace = '', name, uid = '', resourceVersion = '' } = claim.metadata;
  const storage = claim.spec.resources?.requests?.['storage'] ?? '0';
  const volumeName = volumeNameFor(claim);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: {
        [provisionedBy]: embeddedProvisioner,
        'volume.kubernetes.io/provisioner-deletion-secret-name': '',
        'volume.kubernetes.io/provisioner-deletion-secret-namespace': '',
      },
      finalizers: [ownFinalizer, protection],
    },
    spec: {
      accessModes: claim.spec.accessModes ?? [],
      capacity: { storage },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid },
      csi: { driver: embeddedProvisioner, volumeHandle: hashOf(['volume', uid], 32) },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    },
  };
}
