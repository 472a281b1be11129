import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import type { Pod } from '../../../kubernetes/objects.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createEventRecorder } from '../event_recorder.ts';
import { ignoreGone } from '../gone.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { claimsOf } from './claims_of_pod.ts';
import {
  bestMatch,
  betaStorageProvisioner,
  bindCompleted,
  boundByController,
  classOf,
  isFor,
  mismatch,
  provisionedBy,
  selectedNode,
  storageProvisioner,
} from './matching.ts';
import { createVolumeWrites } from './volume_writes.ts';

/** A claim that waits is looked at this often, and says each time why. */
const againMs = 15_000;
const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/** Brings volumes and claims together, one to one, and takes back volumes whose claim is gone. */
export function createVolumeBinder({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const events = createEventRecorder({ client, clock, component: 'persistentvolume-controller' });
  const volumes = caches.of<PersistentVolume>('persistentvolumes');
  const claims = caches.of<PersistentVolumeClaim>('persistentvolumeclaims');
  const classes = caches.of<StorageClass>('storageclasses.storage.k8s.io');
  const pods = caches.of<Pod>('pods');
  const write = createVolumeWrites({ clock, volumes, claims });
  const ready = Promise.all([volumes.synced, claims.synced, classes.synced, pods.synced]);
  const volumeQueue = createQueue(clock, reconcileVolume, ready);
  const claimQueue = createQueue(clock, reconcileClaim, ready);
  const stops = [
    volumes.follow(({ object: { metadata, spec } }) => {
      volumeQueue.add(keyOf(metadata));
      const { namespace, name } = spec.claimRef ?? {};
      if (namespace && name) claimQueue.add(keyOf({ namespace, name }));
    }),
    claims.follow(({ object: { metadata, spec } }) => {
      claimQueue.add(keyOf(metadata));
      if (spec.volumeName) volumeQueue.add(keyOf({ name: spec.volumeName }));
    }),
  ];

  async function reconcileClaim(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const claim = claims.get(namespace, name);
    if (!claim) return lookAfterVolumesOf(namespace, name);
    const isBound = claim.metadata.annotations?.[bindCompleted] !== undefined;
    const waits = isBound ? await keepBound(claim) : await bindClaim(await withDefaultClass(claim));
    if (waits) claimQueue.addAfter(key, againMs);
  }

  /** It may have gone while a volume was being bound to it. */
  function lookAfterVolumesOf(namespace: string, name: string): void {
    for (const { metadata, spec } of volumes.all()) {
      if (spec.claimRef?.namespace === namespace && spec.claimRef.name === name) volumeQueue.add(keyOf(metadata));
    }
  }

  async function withDefaultClass(claim: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    if (claim.spec.storageClassName !== undefined || classOf(claim) !== '' || claim.spec.volumeName) return claim;
    const marked = classes.all().filter(({ metadata }) => metadata.annotations?.[defaultClass] === 'true');
    const [newest] = marked.sort(
      ({ metadata: a }, { metadata: b }) =>
        (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? '') || a.name.localeCompare(b.name),
    );
    if (!newest) return claim;
    return claims.update({ ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } });
  }

  /** Returns whether the claim still waits. */
  async function bindClaim(claim: PersistentVolumeClaim): Promise<boolean> {
    if (claim.spec.volumeName) return bindNamed(claim, claim.spec.volumeName);
    const storageClass = classes.get('', classOf(claim));
    const isPlaced = claim.metadata.annotations?.[selectedNode] !== undefined;
    const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !isPlaced;
    const volume = bestMatch(volumes.all(), claim, { waits });
    if (volume) {
      await write.bind(volume, claim);
      return false;
    }
    let current = claim;
    if (waits) sayWaiting(claim);
    else if (classOf(claim) !== '') current = await askProvisioner(claim, storageClass);
    else tell(claim, 'Normal', 'FailedBinding', noVolumes);
    await write.setClaim(current, 'Pending');
    return true;
  }

  async function bindNamed(claim: PersistentVolumeClaim, name: string): Promise<boolean> {
    const volume = volumes.get('', name);
    const taken = volume?.spec.claimRef && !isFor(volume.spec.claimRef, claim);
    const problem = volume && !volume.spec.claimRef ? mismatch(volume, claim) : undefined;
    if (volume && !taken && problem === undefined) {
      await write.bind(volume, claim);
      return false;
    }
    if (taken) tell(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
    if (problem) tell(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${problem}`);
    await write.setClaim(claim, 'Pending');
    return true;
  }

  function sayWaiting(claim: PersistentVolumeClaim): void {
    const waiting = pods
      .within(claim.metadata.namespace ?? '')
      .filter(pod => !pod.spec.nodeName && claimsOf(pod).includes(claim.metadata.name))
      .map(({ metadata }) => metadata.name)
      .sort();
    if (waiting.length === 0) tell(claim, 'Normal', 'WaitForFirstConsumer', forConsumer);
    else {
      const who = `${waiting.length > 1 ? 'pods' : 'pod'} ${waiting.join()}`;
      tell(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${who} to be scheduled`);
    }
  }

  /** Somebody else makes the volume: a provisioner, whom the annotations tell. */
  async function askProvisioner(
    claim: PersistentVolumeClaim,
    storageClass: StorageClass | undefined,
  ): Promise<PersistentVolumeClaim> {
    const name = classOf(claim);
    const provisioner = storageClass?.provisioner;
    if (provisioner === undefined) {
      tell(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
      return claim;
    }
    if (provisioner.startsWith('kubernetes.io/')) {
      tell(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`);
      return claim;
    }
    const { annotations = {} } = claim.metadata;
    const asked = { [betaStorageProvisioner]: provisioner, [storageProvisioner]: provisioner };
    const isAsked = annotations[storageProvisioner] === provisioner;
    const next = isAsked
      ? claim
      : await claims.update({ ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, ...asked } } });
    tell(claim, 'Normal', 'ExternalProvisioning', waitingFor(provisioner));
    return next;
  }

  async function keepBound(claim: PersistentVolumeClaim): Promise<boolean> {
    const { volumeName } = claim.spec;
    const volume = volumeName ? volumes.get('', volumeName) : undefined;
    if (!volumeName) await lose(claim, 'ClaimLost', lostReference);
    else if (!volume) await lose(claim, 'ClaimLost', lostVolume);
    else if (volume.spec.claimRef && !isFor(volume.spec.claimRef, claim)) await lose(claim, 'ClaimMisbound', misbound);
    else await write.bind(volume, claim);
    return false;
  }

  async function lose(claim: PersistentVolumeClaim, reason: string, message: string): Promise<void> {
    if (await write.setClaim(claim, 'Lost')) tell(claim, 'Warning', reason, message);
  }

  async function reconcileVolume(key: string): Promise<void> {
    const volume = volumes.get('', parseKey(key).name);
    if (!volume) return;
    const { claimRef } = volume.spec;
    if (!claimRef?.uid) return write.setVolume(volume, 'Available');
    const claim = claims.get(claimRef.namespace ?? '', claimRef.name ?? '');
    if (!claim || claim.metadata.uid !== claimRef.uid) return release(volume);
    if (claim.spec.volumeName === volume.metadata.name) return write.setVolume(volume, 'Bound');
    if (claim.spec.volumeName) return turnedAway(volume);
    claimQueue.add(keyOf(claim.metadata));
  }

  /** Its claim was given another volume. */
  async function turnedAway(volume: PersistentVolume): Promise<void> {
    const { annotations = {} } = volume.metadata;
    const isMade = annotations[provisionedBy] !== undefined;
    if (isMade && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return release(volume);
    if (annotations[boundByController] !== undefined || !isMade) await write.unbind(volume);
  }

  /** What a provisioner has made, it also deletes; nobody else's volumes are touched. */
  async function release(volume: PersistentVolume): Promise<void> {
    if (volume.status?.phase !== 'Failed') await write.setVolume(volume, 'Released');
    const { persistentVolumeReclaimPolicy: policy } = volume.spec;
    if (policy !== 'Delete' || volume.spec.csi || volume.status?.phase === 'Failed') return;
    const current = volumes.get('', volume.metadata.name);
    const message =
      'error getting deleter volume plugin for volume ' +
      `"${volume.metadata.name}": no deletable volume plugin matched`;
    if (!current) return;
    await volumes
      .update({ ...current, status: { phase: 'Failed', message } }, { subresource: 'status' })
      .catch(ignoreGone);
    events.record(current, { type: 'Warning', reason: 'VolumeFailedDelete', message });
  }

  function tell(claim: PersistentVolumeClaim, type: 'Normal' | 'Warning', reason: string, message: string): void {
    events.record(claim, { type, reason, message });
  }

  return {
    stop() {
      for (const queue of [claimQueue, volumeQueue]) queue.stop();
      for (const stop of stops) stop();
    },
  };
}

const noVolumes = 'no persistent volumes available for this claim and no storage class is set';
const forConsumer = 'waiting for first consumer to be created before binding';
const lostReference = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
const lostVolume = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
const misbound = 'Two claims are bound to the same volume, this one is bound incorrectly';

function waitingFor(provisioner: string): string {
  return `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
}
