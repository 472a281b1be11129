import { withCondition } from '../../../kubernetes/kinds/conditions.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import type { Condition, Pod } from '../../../kubernetes/objects.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { ControllerDeps } from '../controllers.ts';
import { createEventRecorder } from '../event_recorder.ts';
import { createQueue, keyOf, parseKey } from '../queue.ts';
import { claimsOf } from './claims_of_pod.ts';
import { capacityBytes, requestedBytes } from './matching.ts';
import { embeddedProvisioner, poolOf, shortage } from './pool.ts';

type Status = NonNullable<PersistentVolumeClaim['status']>;

const takesMs = 1500;
const onNodeMs = 3000;
const firstRetryMs = 1000;
const longestRetryMs = 300_000;
const waitsForPod = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

/**
 * Makes bound volumes as large as their claims ask for: first in the storage system, then, where a pod uses the volume,
 * on its node. Only volumes of the embedded storage grow; for all others somebody else is waited for.
 */
export function createVolumeExpander({ client, clock, caches }: ControllerDeps): { stop(): void } {
  const manager = createEventRecorder({ client, clock, component: 'volume_expand' });
  const resizer = createEventRecorder({ client, clock, component: `external-resizer ${embeddedProvisioner}` });
  const kubelet = createEventRecorder({ client, clock, component: 'kubelet' });
  const volumes = caches.of<PersistentVolume>('persistentvolumes');
  const claims = caches.of<PersistentVolumeClaim>('persistentvolumeclaims');
  const classes = caches.of<StorageClass>('storageclasses.storage.k8s.io');
  const pods = caches.of<Pod>('pods');
  /** What is being grown to, and when there is something to do about it again. */
  const announced = new Map<string, { wanted: string; due: number }>();
  const failures = new Map<string, number>();
  const queue = createQueue(clock, reconcile, Promise.all([volumes.synced, claims.synced, pods.synced]));
  const stops = [
    claims.follow(({ type, object }) => {
      if (type === 'DELETED') forget(keyOf(object.metadata));
      else if (isTooSmall(object) || isPending(object)) queue.add(keyOf(object.metadata));
    }),
    pods.follow(({ type, object, before }) => {
      if (type === 'DELETED' || object.status?.phase !== 'Running' || before?.status?.phase === 'Running') return;
      const { namespace = '' } = object.metadata;
      for (const name of claimsOf(object)) queue.add(keyOf({ namespace, name }));
    }),
  ];

  function forget(key: string): void {
    announced.delete(key);
    failures.delete(key);
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const claim = claims.get(namespace, name);
    const volume = claim && volumes.get('', claim.spec.volumeName ?? '');
    if (!volume || claim.status?.phase !== 'Bound') return;
    if (capacityBytes(volume) < requestedBytes(claim)) await grow(key, claim, volume);
    else if (isPending(claim)) await finish(key, claim, volume);
  }

  async function grow(key: string, claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const wanted = claim.spec.resources?.requests?.['storage'] ?? '';
    const { name } = volume.metadata;
    const begun = announced.get(key);
    if (begun?.wanted !== wanted) {
      announced.set(key, { wanted, due: clock.now() + takesMs });
      const message = 'waiting for an external controller to expand this PVC';
      manager.record(claim, { type: 'Normal', reason: 'ExternalExpanding', message });
      if (volume.spec.csi?.driver !== embeddedProvisioner) return;
      resizer.record(claim, {
        type: 'Normal',
        reason: 'Resizing',
        message: `External resizer is resizing volume ${name}`,
      });
      const status = {
        allocatedResources: { storage: wanted },
        allocatedResourceStatuses: resizing('ControllerResizeInProgress'),
      };
      await say(claim, status, { type: 'Resizing', status: 'True' });
      queue.addAfter(key, takesMs);
      return;
    }
    if (volume.spec.csi?.driver !== embeddedProvisioner) return;
    if (clock.now() < begun.due) return queue.addAfter(key, begun.due - clock.now());
    const lack = lackFor(claim, volume);
    if (lack !== undefined) return fail(key, claim, { volume, lack });
    failures.delete(key);
    await volumes.update({
      ...volume,
      spec: { ...volume.spec, capacity: { ...volume.spec.capacity, storage: wanted } },
    });
    const message = 'Require file system resize of volume on node';
    resizer.record(claim, { type: 'Normal', reason: 'FileSystemResizeRequired', message });
    const next = { allocatedResourceStatuses: resizing('NodeResizePending') };
    await say(claim, next, { type: 'FileSystemResizePending', status: 'True', message: waitsForPod });
  }

  function lackFor(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
    const storageClass = classes.get('', volume.spec.storageClassName ?? '');
    const more = requestedBytes(claim) - capacityBytes(volume);
    return storageClass && shortage({ classes: classes.all(), volumes: volumes.all() }, poolOf(storageClass), more);
  }

  function fail(
    key: string,
    claim: PersistentVolumeClaim,
    { volume, lack }: { volume: PersistentVolume; lack: string },
  ): void {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    const why = `rpc error: code = ResourceExhausted desc = ${lack}`;
    const message = `resize volume "${volume.metadata.name}" by resizer "${embeddedProvisioner}" failed: ${why}`;
    resizer.record(claim, { type: 'Warning', reason: 'VolumeResizeFailed', message });
    const wait = Math.min(firstRetryMs * 2 ** (count - 1), longestRetryMs);
    const wanted = announced.get(key)?.wanted ?? '';
    announced.set(key, { wanted, due: clock.now() + wait });
    queue.addAfter(key, wait);
  }

  /** The node's part: a file system grows while a pod has it mounted. */
  async function finish(key: string, claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const pod = pods
      .within(claim.metadata.namespace ?? '')
      .find(one => one.status?.phase === 'Running' && claimsOf(one).includes(claim.metadata.name));
    if (!pod) return;
    const pending = claim.status?.conditions?.find(({ type }) => type === 'FileSystemResizePending');
    const wait = Date.parse(pending?.lastTransitionTime ?? '') + onNodeMs - clock.now();
    if (wait > 0) return queue.addAfter(key, wait);
    const storage = volume.spec.capacity?.['storage'] ?? '0';
    const { allocatedResourceStatuses: _, conditions: _conditions, ...rest } = claim.status ?? {};
    const status: Status = { ...rest, capacity: { ...rest.capacity, storage } };
    await claims.update({ ...claim, status }, { subresource: 'status' });
    const { nodeName = '' } = pod.spec;
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${volume.metadata.name}" ${nodeName}`;
    for (const object of [pod, claim]) {
      kubelet.record(object, { type: 'Normal', reason: 'FileSystemResizeSuccessful', message });
    }
    forget(key);
  }

  async function say(claim: PersistentVolumeClaim, more: Partial<Status>, condition: Condition): Promise<void> {
    const current = claims.get(claim.metadata.namespace ?? '', claim.metadata.name) ?? claim;
    const others = (current.status?.conditions ?? []).filter(
      ({ type }) => type !== 'Resizing' && type !== 'FileSystemResizePending',
    );
    const conditions = withCondition(others, condition, timestamp(clock.now()));
    await claims.update({ ...current, status: { ...current.status, ...more, conditions } }, { subresource: 'status' });
  }

  return {
    stop() {
      queue.stop();
      for (const stop of stops) stop();
    },
  };
}

function isTooSmall(claim: PersistentVolumeClaim): boolean {
  const has = parseQuantity(claim.status?.capacity?.['storage'] ?? '0') ?? 0;
  return claim.status?.phase === 'Bound' && requestedBytes(claim) > has;
}

function isPending({ status }: PersistentVolumeClaim): boolean {
  return (
    status?.conditions?.some(({ type, status: is }) => type === 'FileSystemResizePending' && is === 'True') ?? false
  );
}

function resizing(state: string): Record<string, string> {
  return { storage: state };
}
