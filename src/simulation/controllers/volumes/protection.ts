import type { PersistentVolume, PersistentVolumeClaim } from '../../../kubernetes/kinds/storage.ts';
import type { KubeObject, Pod } from '../../../kubernetes/objects.ts';
import type { Cache } from '../cache.ts';
import type { ControllerDeps } from '../controllers.ts';
import { isOver } from '../pods.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { claimsOf } from './claims_of_pod.ts';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';

/** Holds claims that a pod uses, and volumes that a claim has, until they are free. */
export function createVolumeProtection({ clock, caches }: ControllerDeps): { stop(): void } {
  const volumes = caches.of<PersistentVolume>('persistentvolumes');
  const claims = caches.of<PersistentVolumeClaim>('persistentvolumeclaims');
  const pods = caches.of<Pod>('pods');
  const ready = Promise.all([volumes.synced, claims.synced, pods.synced]);
  const claimQueue = createQueue(clock, reconcileClaim, ready);
  const volumeQueue = createQueue(clock, reconcileVolume, ready);
  const stops = [
    claims.follow(({ object }) => claimQueue.add(keyOf(object.metadata))),
    volumes.follow(({ object }) => volumeQueue.add(keyOf(object.metadata))),
    pods.follow(({ type, object }) => {
      if (type !== 'DELETED' && !isOver(object)) return;
      const { namespace = '' } = object.metadata;
      for (const name of claimsOf(object)) claimQueue.add(keyOf({ namespace, name }));
    }),
  ];

  async function reconcileClaim(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const claim = claims.get(namespace, name);
    if (!claim) return;
    const isUsed = () =>
      pods.within(namespace).some(pod => !isOver(pod) && pod.spec.nodeName && claimsOf(pod).includes(name));
    await protect(claims, claim, { finalizer: claimFinalizer, isUsed });
  }

  async function reconcileVolume(key: string): Promise<void> {
    const volume = volumes.get('', parseKey(key).name);
    if (!volume) return;
    await protect(volumes, volume, { finalizer: volumeFinalizer, isUsed: () => volume.status?.phase === 'Bound' });
  }

  return {
    stop() {
      for (const queue of [claimQueue, volumeQueue]) queue.stop();
      for (const stop of stops) stop();
    },
  };
}

/** The finalizer is there from the start, and goes when somebody deletes what nobody uses. */
async function protect<T extends KubeObject>(
  cache: Cache<T>,
  object: T,
  { finalizer, isUsed }: { finalizer: string; isUsed(): boolean },
): Promise<void> {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  const isHeld = finalizers.includes(finalizer);
  if (deletionTimestamp === undefined) {
    if (isHeld) return;
    await cache.update({ ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } });
  } else if (isHeld && !isUsed()) {
    const others = finalizers.filter(one => one !== finalizer);
    await cache.update({ ...object, metadata: { ...object.metadata, finalizers: others } });
  }
}
