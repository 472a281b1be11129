import type { KubeEvent } from '../../kubernetes/objects.ts';

/** When it last happened. Newer sources of events fill other fields than older ones, and leave the others null. */
export function lastSeen({ series, lastTimestamp, eventTime, metadata }: KubeEvent): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}
