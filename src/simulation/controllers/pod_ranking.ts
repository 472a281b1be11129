import type { Pod } from '../../kubernetes/objects.ts';
import { isReady, readySince } from './pods.ts';

const phases = ['Pending', 'Unknown', 'Running'];

/**
 * Which of a ReplicaSet's pods go first when there are too many: those that cost least to lose. The order is the one of
 * Kubernetes: unassigned, pending, unready, marked as cheap, crowded on a node, ready for the shortest time, restarted
 * most often, newest.
 */
export function byDeletionOrder(pods: readonly Pod[]): (a: Pod, b: Pod) => number {
  const onNode = new Map<string, number>();
  for (const { spec } of pods) onNode.set(spec.nodeName ?? '', (onNode.get(spec.nodeName ?? '') ?? 0) + 1);
  const sizes: ((pod: Pod) => number)[] = [
    pod => (pod.spec.nodeName ? 1 : 0),
    pod => phases.indexOf(pod.status?.phase ?? 'Pending'),
    pod => (isReady(pod) ? 1 : 0),
    pod => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    pod => -(onNode.get(pod.spec.nodeName ?? '') ?? 0),
    pod => -readySince(pod),
    pod => -restarts(pod),
    pod => -(Date.parse(pod.metadata.creationTimestamp ?? '') || 0),
  ];
  return (a, b) => {
    for (const size of sizes) {
      const difference = size(a) - size(b);
      if (difference !== 0) return difference;
    }
    return a.metadata.name < b.metadata.name ? -1 : 1;
  };
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(status => status.restartCount));
}
