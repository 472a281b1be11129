import type { Deployment, ReplicaSet } from '../../kubernetes/objects.ts';
import { oldestFirst } from './revisions.ts';
import { type Bounds, boundsOf } from './rollout_bounds.ts';

/** A new size for one ReplicaSet. */
export interface Resize {
  replicaSet: ReplicaSet;
  replicas: number;
}

/** The next step of a rolling update: first more of the new, and when nothing more fits, fewer of the old. */
export function rollingStep(deployment: Deployment, current: ReplicaSet, old: ReplicaSet[]): Resize[] {
  const replicas = newSize(deployment, current, old);
  if (replicas !== sizeOf(current)) return [{ replicaSet: current, replicas }];
  return shrinkOld(boundsOf(deployment), current, old);
}

/** How many pods the new ReplicaSet may have while the old ones are as they are. */
export function newSize(deployment: Deployment, current: ReplicaSet | undefined, old: ReplicaSet[]): number {
  const { replicas, maxSurge } = boundsOf(deployment);
  const size = current ? sizeOf(current) : 0;
  if (deployment.spec.strategy?.type === 'Recreate' || size > replicas) return replicas;
  const room = replicas + maxSurge - size - total(old);
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/** Unhealthy pods of old ReplicaSets go first, whatever their age; then healthy ones, as far as availability allows. */
function shrinkOld(bounds: Bounds, current: ReplicaSet, old: ReplicaSet[]): Resize[] {
  const least = bounds.replicas - bounds.maxUnavailable;
  const newUnavailable = sizeOf(current) - available(current);
  const sizes = new Map(old.toSorted(oldestFirst).map(one => [one, sizeOf(one)]));
  let removable = total(old) + sizeOf(current) - least - newUnavailable;
  for (const [one, size] of sizes) {
    const count = Math.max(0, Math.min(removable, size - available(one)));
    sizes.set(one, size - count);
    removable -= count;
  }
  let spare = [...old, current].reduce((sum, one) => sum + available(one), 0) - least;
  for (const [one, size] of sizes) {
    const count = Math.max(0, Math.min(spare, removable, size));
    sizes.set(one, size - count);
    spare -= count;
    removable -= count;
  }
  return changes(sizes);
}

/** What scaling a deployment does to its ReplicaSets, also in the middle of a rollout: each gets its share. */
export function scaleProportionally(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: ReplicaSet[],
): Resize[] {
  const { replicas, maxSurge } = boundsOf(deployment);
  const active = [...(current ? [current] : []), ...old].filter(one => sizeOf(one) > 0);
  const only = active.length === 0 ? (current ?? old.toSorted(oldestFirst).at(-1)) : active[0];
  if (active.length <= 1) return only ? changes(new Map([[only, replicas]])) : [];
  if (current && sizeOf(current) === replicas && available(current) === replicas) {
    return changes(new Map(old.map(one => [one, 0])));
  }
  if (deployment.spec.strategy?.type === 'Recreate') return [];
  return share(active, replicas > 0 ? replicas + maxSurge : 0);
}

function share(active: ReplicaSet[], allowed: number): Resize[] {
  const before = total(active);
  const largestFirst = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || oldestFirst(a, b));
  const sizes = new Map(largestFirst.map(one => [one, Math.round((sizeOf(one) * allowed) / before)]));
  const [largest] = largestFirst;
  const given = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (largest) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + allowed - given));
  return changes(sizes);
}

function changes(sizes: Map<ReplicaSet, number>): Resize[] {
  return [...sizes]
    .filter(([one, size]) => size !== sizeOf(one))
    .map(([replicaSet, replicas]) => ({ replicaSet, replicas }));
}

export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}

function available(replicaSet: ReplicaSet): number {
  return Math.min(sizeOf(replicaSet), replicaSet.status?.availableReplicas ?? 0);
}

function total(replicaSets: ReplicaSet[]): number {
  return replicaSets.reduce((sum, one) => sum + sizeOf(one), 0);
}
