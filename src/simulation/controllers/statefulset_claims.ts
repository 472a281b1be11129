import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type { KubeObject, OwnerReference, Pod } from '../../kubernetes/objects.ts';
import { controllerReference } from './ownership.ts';
import { isInRange } from './statefulset_pods.ts';

/** Who owns a pod's claim follows from what shall become of it when the set is deleted or scaled down. */
export interface ClaimOwners {
  claim: PersistentVolumeClaim;
  set: StatefulSet;
  pod: Pod;
}

/** The references as they should be; `undefined` when they are. */
export function ownersToBe(owners: ClaimOwners): OwnerReference[] | undefined {
  const { claim, set, pod } = owners;
  const references = claim.metadata.ownerReferences ?? [];
  if (isStale(claim, set) || isStale(claim, pod)) return undefined;
  const isForeign = hasForeignController(owners);
  const ours = (reference: OwnerReference) => means(reference, set) || means(reference, pod);
  const others = references.filter(reference => !ours(reference));
  if (isForeign) return owns(claim, set) || owns(claim, pod) ? others : undefined;
  const wanted = wantedOwners(set, pod);
  const isRight =
    references.filter(ours).every(({ controller }) => controller === true) &&
    owns(claim, set) === wanted.includes(set) &&
    owns(claim, pod) === wanted.includes(pod);
  return isRight ? undefined : [...others, ...wanted.map(controllerReference)];
}

function wantedOwners(set: StatefulSet, pod: Pod): KubeObject[] {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenScaled === 'Delete' && !isInRange(set, pod)) return [pod];
  return whenDeleted === 'Delete' ? [set] : [];
}

/** Somebody else manages the claim, so that the policy can't hold for it. */
export function hasForeignController({ claim, set, pod }: ClaimOwners): boolean {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false;
  return (claim.metadata.ownerReferences ?? []).some(reference => {
    const meant = [set, pod].find(owner => means(reference, owner));
    return meant ? meant.metadata.uid !== reference.uid : reference.controller === true;
  });
}

/** The claim belongs to an earlier object of the same name, and goes with it. */
export function isStale({ metadata }: PersistentVolumeClaim, owner: KubeObject): boolean {
  const reference = metadata.ownerReferences?.find(one => means(one, owner));
  return reference !== undefined && reference.uid !== owner.metadata.uid;
}

function means({ apiVersion, kind, name }: OwnerReference, owner: KubeObject): boolean {
  return apiVersion === owner.apiVersion && kind === owner.kind && name === owner.metadata.name;
}

function owns({ metadata }: PersistentVolumeClaim, owner: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}
