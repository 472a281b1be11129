import type { Deployment, ReplicaSet } from '../../kubernetes/objects.ts';
import { desiredWhenSized, mostWhenSized, oldestFirst } from './revisions.ts';
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
  const { replicas } = boundsOf(deployment);
  const active = [...(current ? [current] : []), ...old].filter(one => sizeOf(one) > 0);
  const only = active.length === 0 ? (current ?? old.toSorted(oldestFirst).at(-1)) : active[0];
  if (active.length <= 1) return only ? changes(new Map([[only, replicas]])) : [];
  if (current && isSaturated(deployment, current)) return changes(new Map(old.map(one => [one, 0])));
  return deployment.spec.strategy?.type === 'Recreate' ? [] : share(deployment, active);
}

function isSaturated({ spec }: Deployment, current: ReplicaSet): boolean {
  const { replicas = 1 } = spec;
  const sizes = [sizeOf(current), desiredWhenSized(current), current.status?.availableReplicas ?? 0];
  return sizes.every(size => size === replicas);
}

/** In proportion to their sizes; the largest takes what rounding leaves over. */
function share(deployment: Deployment, active: ReplicaSet[]): Resize[] {
  const { replicas, maxSurge } = boundsOf(deployment);
  const most = replicas > 0 ? replicas + maxSurge : 0;
  const missing = most - total(active);
  const tie = (a: ReplicaSet, b: ReplicaSet) => (missing > 0 ? oldestFirst(b, a) : oldestFirst(a, b));
  const largestFirst = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || tie(a, b));
  const sizes = new Map<ReplicaSet, number>();
  let left = missing;
  for (const one of largestFirst) {
    const wanted = proportionOf(deployment, one, replicas + maxSurge);
    const change = missing > 0 ? Math.min(wanted, left) : Math.max(wanted, left);
    sizes.set(one, sizeOf(one) + (missing === 0 ? 0 : change));
    if (missing !== 0) left -= change;
  }
  const [largest] = largestFirst;
  if (largest && missing !== 0) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + left));
  return changes(sizes);
}

function proportionOf({ spec, status }: Deployment, one: ReplicaSet, most: number): number {
  if (spec.replicas === 0) return -sizeOf(one);
  const before = mostWhenSized(one) || (status?.replicas ?? 0);
  return before === 0 ? 0 : Math.round((sizeOf(one) * most) / before) - sizeOf(one);
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
