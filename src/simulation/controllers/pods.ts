import type { Condition, Pod } from '../../kubernetes/objects.ts';

export function podCondition(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions?.find(condition => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Milliseconds since the epoch; 0 for a pod that isn't ready. */
export function readySince(pod: Pod): number {
  return isReady(pod) ? Date.parse(podCondition(pod, 'Ready')?.lastTransitionTime ?? '') || 0 : 0;
}

/** All its containers have ended for good. */
export function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Not over, and not on its way out. */
export function isActive(pod: Pod): boolean {
  return !isOver(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** It has been ready for long enough. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return isReady(pod) && readySince(pod) + minReadySeconds * 1000 <= now;
}

/** Milliseconds until the next of these pods has been ready for long enough. */
export function nextAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const due = pods.filter(isReady).map(pod => readySince(pod) + minReadySeconds * 1000 - now);
  const next = Math.min(...due.filter(ms => ms > 0));
  return Number.isFinite(next) ? next : undefined;
}
