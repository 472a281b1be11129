import type { PersistentVolume, PersistentVolumeClaim } from '../../../kubernetes/kinds/storage.ts';
import type { Clock } from '../../../lib/clock.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { Cache } from '../cache.ts';
import { bindCompleted, boundByController, isFor } from './matching.ts';

type ClaimPhase = NonNullable<NonNullable<PersistentVolumeClaim['status']>['phase']>;
type VolumePhase = NonNullable<NonNullable<PersistentVolume['status']>['phase']>;

/** Writes to volumes and claims, each only where it changes something. */
export interface VolumeWrites {
  bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void>;
  setClaim(claim: PersistentVolumeClaim, phase: ClaimPhase, volume?: PersistentVolume): Promise<boolean>;
  setVolume(volume: PersistentVolume, phase: VolumePhase): Promise<void>;
  unbind(volume: PersistentVolume): Promise<void>;
}

export function createVolumeWrites(deps: {
  clock: Clock;
  volumes: Cache<PersistentVolume>;
  claims: Cache<PersistentVolumeClaim>;
}): VolumeWrites {
  const { clock, volumes, claims } = deps;

  async function setVolume(volume: PersistentVolume, phase: VolumePhase): Promise<void> {
    if (volume.status?.phase === phase) return;
    const lastPhaseTransitionTime = timestamp(clock.now());
    await volumes.update({ ...volume, status: { phase, lastPhaseTransitionTime } }, { subresource: 'status' });
  }

  async function setClaim(claim: PersistentVolumeClaim, phase: ClaimPhase, volume?: PersistentVolume) {
    const { phase: before, capacity } = claim.status ?? {};
    if (before === phase && (phase !== 'Bound' || capacity)) return false;
    const { accessModes: _modes, capacity: _capacity, ...rest } = claim.status ?? {};
    const bound = volume && {
      accessModes: volume.spec.accessModes ?? [],
      capacity: { ...volume.spec.capacity },
    };
    await claims.update({ ...claim, status: { ...rest, phase, ...bound } }, { subresource: 'status' });
    return true;
  }

  /** First the volume, then the claim: whoever is stopped in between finds what is left to do. */
  async function bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const taken = await claimVolume(volume, claim);
    await setVolume(taken, 'Bound');
    const named = await nameVolume(claim, volume.metadata.name);
    await setClaim(named, 'Bound', volume);
  }

  async function claimVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<PersistentVolume> {
    const { claimRef } = volume.spec;
    const { namespace = '', name, uid = '', resourceVersion = '' } = claim.metadata;
    if (claimRef?.uid === uid) return volume;
    const reference = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
    const byUs = isFor(claimRef, claim) ? {} : { [boundByController]: 'yes' };
    const { annotations } = volume.metadata;
    return volumes.update({
      ...volume,
      metadata: { ...volume.metadata, ...annotated({ ...annotations, ...byUs }) },
      spec: { ...volume.spec, claimRef: reference },
    });
  }

  async function nameVolume(claim: PersistentVolumeClaim, volumeName: string): Promise<PersistentVolumeClaim> {
    const { annotations = {} } = claim.metadata;
    if (claim.spec.volumeName === volumeName && annotations[bindCompleted] !== undefined) return claim;
    const byUs = claim.spec.volumeName === volumeName ? {} : { [boundByController]: 'yes' };
    return claims.update({
      ...claim,
      metadata: { ...claim.metadata, annotations: { ...annotations, [bindCompleted]: 'yes', ...byUs } },
      spec: { ...claim.spec, volumeName },
    });
  }

  async function unbind(volume: PersistentVolume): Promise<void> {
    const { [boundByController]: byUs, ...annotations } = volume.metadata.annotations ?? {};
    const { claimRef, ...spec } = volume.spec;
    const { uid: _uid, resourceVersion: _version, ...aside } = claimRef ?? {};
    const { annotations: _before, ...metadata } = volume.metadata;
    const free = await volumes.update({
      ...volume,
      metadata: { ...metadata, ...annotated(annotations) },
      spec: byUs === undefined ? { ...spec, claimRef: aside } : spec,
    });
    await setVolume(free, 'Available');
  }

  return { bind, setClaim, setVolume, unbind };
}

function annotated(annotations: Record<string, string>): { annotations?: Record<string, string> } {
  return Object.keys(annotations).length > 0 ? { annotations } : {};
}
