import { selects } from '../../kubernetes/kinds/label_selector.ts';
import { matchesAnyTerm } from '../../kubernetes/kinds/node_selector.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import type { Node, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { type Filter, final, passing, type Surroundings } from './filter.ts';

/** What the scheduler knows about storage. */
export interface Storage {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): Iterable<PersistentVolume>;
  storageClass(name: string): StorageClass | undefined;
}

export type VolumeFilter = { kind: 'refused'; message: string } | { kind: 'ready'; filter: Filter };

/** Names the claim behind a volume, if there is one; a generic ephemeral volume has one of its own. */
export function claimNames(pod: Pod): { name: string; isEphemeral: boolean }[] {
  const named: { name: string; isEphemeral: boolean }[] = [];
  for (const { name, persistentVolumeClaim: source, ephemeral } of pod.spec.volumes ?? []) {
    if (source) named.push({ name: source.claimName, isEphemeral: false });
    else if (ephemeral) named.push({ name: `${pod.metadata.name}-${name}`, isEphemeral: true });
  }
  return named;
}

export function createVolumeFilter(
  pod: Pod,
  { seats, storage }: Pick<Surroundings, 'seats' | 'storage'>,
): VolumeFilter {
  const claims: PersistentVolumeClaim[] = [];
  for (const { name, isEphemeral } of claimNames(pod)) {
    const claim = storage.claim(pod.metadata.namespace ?? '', name);
    const message = whyUnusable(name, claim, isEphemeral);
    if (message !== undefined) return { kind: 'refused', message };
    if (claim) claims.push(claim);
  }
  if (claims.some(claim => !isBound(claim) && !isDelayed(claim, storage))) {
    return { kind: 'refused', message: 'pod has unbound immediate PersistentVolumeClaims' };
  }
  if (claims.length === 0) return { kind: 'ready', filter: () => undefined };
  const inUse = claims.some(claim => isExclusive(claim) && isUsed(claim, pod, seats));
  return {
    kind: 'ready',
    filter({ node }) {
      if (inUse) {
        return passing(
          'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
        );
      }
      for (const claim of claims) {
        const reason = isBound(claim) ? againstBound(claim, node, storage) : againstUnbound(claim, node, storage);
        if (reason !== undefined) return final(reason);
      }
      return undefined;
    },
  };
}

function whyUnusable(name: string, claim: PersistentVolumeClaim | undefined, isEphemeral: boolean): string | undefined {
  if (!claim && isEphemeral)
    return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`;
  if (!claim) return `persistentvolumeclaim "${name}" not found`;
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`;
  }
  return claim.metadata.deletionTimestamp === undefined
    ? undefined
    : `persistentvolumeclaim "${name}" is being deleted`;
}

export function isBound({ spec, metadata }: PersistentVolumeClaim): boolean {
  return Boolean(spec.volumeName) && metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;
}

/** Its class waits for the first pod that uses it. */
function isDelayed({ spec }: PersistentVolumeClaim, storage: Storage): boolean {
  return storage.storageClass(spec.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer';
}

function isExclusive({ spec }: PersistentVolumeClaim): boolean {
  return spec.accessModes?.includes('ReadWriteOncePod') === true;
}

function isUsed({ metadata }: PersistentVolumeClaim, pod: Pod, seats: Surroundings['seats']): boolean {
  return seats.some(({ guests }) =>
    [...guests.values()].some(
      ({ pod: other }) =>
        other.metadata.uid !== pod.metadata.uid &&
        other.metadata.namespace === metadata.namespace &&
        claimNames(other).some(({ name }) => name === metadata.name),
    ),
  );
}

function againstBound({ spec }: PersistentVolumeClaim, node: Node, storage: Storage): string | undefined {
  const volume = storage.volume(spec.volumeName ?? '');
  if (!volume) return 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
  if (!isReachable(volume, node)) return "node(s) didn't match PersistentVolume's node affinity";
  return isInZone(volume, node) ? undefined : 'node(s) had no available volume zone';
}

function againstUnbound(claim: PersistentVolumeClaim, node: Node, storage: Storage): string | undefined {
  if (volumeFor(claim, node, storage)) return undefined;
  const storageClass = storage.storageClass(claim.spec.storageClassName ?? '');
  const canProvision = storageClass !== undefined && storageClass.provisioner !== 'kubernetes.io/no-provisioner';
  const isAllowed = canProvision && allowsTopology(storageClass, node);
  return isAllowed ? undefined : "node(s) didn't find available persistent volumes to bind";
}

/** The smallest volume that is free, large enough, and reachable from this node. */
export function volumeFor(claim: PersistentVolumeClaim, node: Node, storage: Storage): PersistentVolume | undefined {
  const wanted = size(claim.spec.resources?.requests);
  const fitting = [...storage.volumes()].filter(
    volume =>
      (volume.spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '') &&
      size(volume.spec.capacity) >= wanted &&
      (claim.spec.accessModes ?? []).every(mode => volume.spec.accessModes?.includes(mode)) &&
      (claim.spec.selector === undefined || selects(claim.spec.selector, volume.metadata.labels)) &&
      isFreeFor(volume, claim) &&
      isReachable(volume, node),
  );
  return fitting.sort((a, b) => size(a.spec.capacity) - size(b.spec.capacity) || byName(a, b))[0];
}

function isFreeFor({ spec, status, metadata }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  if (!spec.claimRef) return status?.phase === 'Available';
  return spec.claimRef.namespace === claim.metadata.namespace && spec.claimRef.name === claim.metadata.name;
}

function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return required === undefined || matchesAnyTerm(required.nodeSelectorTerms, node);
}

const zoneKeys = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

function isInZone({ metadata }: PersistentVolume, node: Node): boolean {
  return zoneKeys.every(key => {
    const zones = metadata.labels?.[key]?.split('__');
    return zones === undefined || zones.includes(node.metadata.labels?.[key] ?? '');
  });
}

function allowsTopology({ allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(node.metadata.labels?.[key] ?? '')),
  );
}

function size(list: Record<string, string> | undefined): number {
  return parseQuantity(list?.['storage'] ?? '0') ?? 0;
}

function byName(a: PersistentVolume, b: PersistentVolume): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
