import type { Deployment } from '../../kubernetes/objects.ts';

/** How far a rollout may stray from the wanted number of pods. */
export interface Bounds {
  replicas: number;
  maxSurge: number;
  maxUnavailable: number;
}

/** Percentages are of the replicas: a surge is rounded up, unavailability down, and they are never both zero. */
export function boundsOf(deployment: Deployment): Bounds {
  const replicas = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === 'Recreate') return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = Math.ceil(scaledCount(maxSurge, replicas));
  const unavailable = Math.floor(scaledCount(maxUnavailable, replicas));
  const lost = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { replicas, maxSurge: surge, maxUnavailable: Math.min(lost, replicas) };
}

/** A number, or a percentage of the replicas, not yet rounded. */
export function scaledCount(value: number | string, replicas: number): number {
  if (typeof value === 'number') return value;
  const percent = Number(value.replace(/%$/, ''));
  return value.endsWith('%') ? (percent * replicas) / 100 : percent;
}
