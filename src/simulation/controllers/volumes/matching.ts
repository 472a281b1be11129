import { selects } from '../../../kubernetes/kinds/label_selector.ts';
import type { ClaimReference, PersistentVolume, PersistentVolumeClaim } from '../../../kubernetes/kinds/storage.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';

export const bindCompleted = 'pv.kubernetes.io/bind-completed';
export const boundByController = 'pv.kubernetes.io/bound-by-controller';
export const provisionedBy = 'pv.kubernetes.io/provisioned-by';
export const selectedNode = 'volume.kubernetes.io/selected-node';
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner';
export const betaStorageProvisioner = 'volume.beta.kubernetes.io/storage-provisioner';

const betaClass = 'volume.beta.kubernetes.io/storage-class';

export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[betaClass] ?? spec.storageClassName ?? '';
}

export function requestedBytes({ spec }: PersistentVolumeClaim): number {
  return parseQuantity(spec.resources?.requests?.['storage'] ?? '0') ?? 0;
}

export function capacityBytes({ spec }: PersistentVolume): number {
  return parseQuantity(spec.capacity?.['storage'] ?? '0') ?? 0;
}

export function isFor(reference: ClaimReference | undefined, { metadata }: PersistentVolumeClaim): boolean {
  if (!reference || reference.name !== metadata.name || reference.namespace !== metadata.namespace) return false;
  return !reference.uid || reference.uid === metadata.uid;
}

/** Why a volume that a claim names can't be had by it. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (capacityBytes(volume) < requestedBytes(claim)) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  return offersModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/**
 * The volume for a claim: the one that was set aside for it, otherwise the smallest that is free and fits. A claim that
 * waits for its first pod gets only what was set aside.
 */
export function bestMatch(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
  options: { waits: boolean },
): PersistentVolume | undefined {
  const fitting = volumes.filter(volume => !isLeaving(volume) && mismatch(volume, claim) === undefined);
  const aside = fitting.find(({ spec }) => isFor(spec.claimRef, claim));
  if (aside || options.waits) return aside;
  return fitting
    .filter(
      ({ metadata, spec, status }) =>
        !spec.claimRef &&
        status?.phase === 'Available' &&
        (!claim.spec.selector || selects(claim.spec.selector, metadata.labels)),
    )
    .sort((a, b) => capacityBytes(a) - capacityBytes(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

function isLeaving({ metadata }: PersistentVolume): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function modeOf({ spec }: PersistentVolume | PersistentVolumeClaim): string {
  return spec.volumeMode ?? 'Filesystem';
}

function offersModes({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = new Set(spec.accessModes);
  return (claim.spec.accessModes ?? []).every(mode => offered.has(mode));
}
