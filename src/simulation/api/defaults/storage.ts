import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../kubernetes/kinds/storage.ts';
import { isRecord } from '../../../lib/json.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { WriteContext } from '../resource.ts';

export function defaultClaim(claim: PersistentVolumeClaim, { before }: WriteContext): void {
  claim.spec.volumeMode ??= 'Filesystem';
  claim.spec.resources ??= {};
  canonicalise(claim.spec.resources.requests);
  claim.status ??= {};
  claim.status.phase ??= 'Pending';
  if (!before) hold(claim, 'kubernetes.io/pvc-protection');
}

export function defaultVolume(volume: PersistentVolume, { before }: WriteContext): void {
  const { spec } = volume;
  spec.persistentVolumeReclaimPolicy ??= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  canonicalise(spec.capacity);
  const { hostPath } = spec as { hostPath?: unknown };
  if (isRecord(hostPath)) hostPath['type'] ??= '';
  volume.status ??= {};
  volume.status.phase ??= 'Pending';
  const { creationTimestamp } = volume.metadata;
  if (!before && creationTimestamp) volume.status.lastPhaseTransitionTime = creationTimestamp;
  if (!before) hold(volume, 'kubernetes.io/pv-protection');
}

export function defaultStorageClass(storageClass: StorageClass): void {
  storageClass.reclaimPolicy ??= 'Delete';
  storageClass.volumeBindingMode ??= 'Immediate';
}

/** What is in use isn't gone before it is free: the finalizer is there from the first moment. */
function hold({ metadata }: PersistentVolume | PersistentVolumeClaim, finalizer: string): void {
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
}

function canonicalise(amounts: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    if (amounts) amounts[name] = canonicalQuantity(String(amount)) ?? String(amount);
  }
}
