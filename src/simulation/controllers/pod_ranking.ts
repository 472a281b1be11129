import type { Pod } from '../../kubernetes/objects.ts';
import { isActive, isReady, readySince } from './pods.ts';

const phases = ['Pending', 'Unknown', 'Running'];

/**
 * Which of a workload's pods go first when there are too many: those that cost least to lose. The order is the one of
 * Kubernetes: unassigned, pending, unready, marked as cheap, crowded on a node by `related` pods, ready for the
 * shortest time, restarted most often, newest. Ages that differ by less than a factor of two are the same age, and
 * chance, which is the uid, decides.
 */
export function byDeletionOrder(related: readonly Pod[], now: number): (a: Pod, b: Pod) => number {
  const onNode = new Map<string, number>();
  for (const { spec } of related.filter(isActive)) {
    onNode.set(spec.nodeName ?? '', (onNode.get(spec.nodeName ?? '') ?? 0) + 1);
  }
  const chance = (a: Pod, b: Pod) => ((a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1);
  const byAge = (since: (pod: Pod) => number) => (a: Pod, b: Pod) =>
    since(a) === since(b) ? 0 : ageRank(since(a), now) - ageRank(since(b), now) || chance(a, b);
  const bySize = (size: (pod: Pod) => number) => (a: Pod, b: Pod) => size(a) - size(b);
  const orders = [
    bySize(pod => (pod.spec.nodeName ? 1 : 0)),
    bySize(pod => phases.indexOf(pod.status?.phase ?? 'Pending')),
    bySize(pod => (isReady(pod) ? 1 : 0)),
    bySize(pod => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)),
    bySize(pod => -(onNode.get(pod.spec.nodeName ?? '') ?? 0)),
    byAge(readySince),
    bySize(pod => -restarts(pod)),
    byAge(pod => Date.parse(pod.metadata.creationTimestamp ?? '') || 0),
  ];
  return (a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return a.metadata.name < b.metadata.name ? -1 : 1;
  };
}

/** Counted in nanoseconds: whoever is as young as that comes before everybody else. */
function ageRank(since: number, now: number): number {
  const age = (now - since) * 1e6;
  return age > 0 ? Math.floor(Math.log2(age)) : -1;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(status => status.restartCount));
}
