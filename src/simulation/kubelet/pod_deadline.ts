import type { PodRecord } from './pod_record.ts';

const reason = 'DeadlineExceeded';
const message = 'Pod was active on the node longer than the specified deadline';

/** When the pod's time is over; never for most. */
export function deadlineOf({ pod, startTime }: PodRecord): number {
  const { activeDeadlineSeconds } = pod.spec;
  return activeDeadlineSeconds === undefined ? Infinity : startTime + activeDeadlineSeconds * 1000;
}

/** A pod whose time is over has failed. It is said whenever the kubelet looks. */
export function checkDeadline(record: PodRecord): void {
  if (record.node.clock.now() < deadlineOf(record)) return;
  record.node.events.record(record.pod, { type: 'Normal', reason, message });
  record.eviction ??= { reason, message };
}
