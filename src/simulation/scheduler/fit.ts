import type { Node, Pod, ResourceList } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';

/** Why a pod can't go to a node, in the scheduler's words. `final`: nothing that could be evicted would help. */
export interface Misfit {
  reason: string;
  final: boolean;
}

/** A node and the pods that are on it. */
export interface Seat {
  node: Node;
  pods: Pod[];
}

/** The reasons against this node; none when the pod fits. */
export function misfits(pod: Pod, seat: Seat): Misfit[] {
  const checks = [unschedulable, selectorMismatch, untoleratedTaint];
  for (const check of checks) {
    const reason = check(pod, seat.node);
    if (reason !== undefined) return [{ reason, final: true }];
  }
  return shortages(pod, seat);
}

/** The share of a node's CPU and memory that would be requested with this pod on it: the emptier node is preferred. */
export function load(pod: Pod, { node, pods }: Seat): number {
  const shares = ['cpu', 'memory'].map(resource => {
    const used = [...pods, pod].reduce((sum, one) => sum + requestOf(one, resource), 0);
    return used / (amount(node.status?.allocatable, resource) || 1);
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Init containers run one at a time, before the others: the larger of the two needs counts. */
function requestOf(pod: Pod, resource: string): number {
  const requests = (containers: Pod['spec']['containers'] = []) =>
    containers.map(({ resources }) => amount(resources?.requests, resource) || amount(resources?.limits, resource));
  const together = requests(pod.spec.containers).reduce((sum, one) => sum + one, 0);
  return Math.max(together, ...requests(pod.spec.initContainers));
}

function shortages(pod: Pod, { node, pods }: Seat): Misfit[] {
  const allocatable = node.status?.allocatable;
  const found: Misfit[] = [];
  if (pods.length + 1 > (amount(allocatable, 'pods') || 110)) found.push({ reason: 'Too many pods', final: false });
  for (const resource of ['cpu', 'memory']) {
    const wanted = requestOf(pod, resource);
    const used = pods.reduce((sum, one) => sum + requestOf(one, resource), 0);
    const capacity = amount(allocatable, resource);
    if (wanted > 0 && wanted > capacity - used) {
      found.push({ reason: `Insufficient ${resource}`, final: wanted > capacity });
    }
  }
  return found;
}

function unschedulable(pod: Pod, node: Node): string | undefined {
  if (!node.spec?.unschedulable) return undefined;
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  return tolerates(pod, taint) ? undefined : 'node(s) were unschedulable';
}

function selectorMismatch(pod: Pod, node: Node): string | undefined {
  const labels = node.metadata.labels ?? {};
  const fits = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  return fits ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

function untoleratedTaint(pod: Pod, node: Node): string | undefined {
  const isReady = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const notReady = isReady ? [] : [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
  const repelling = [...(node.spec?.taints ?? []), ...notReady].filter(({ effect }) => effect.startsWith('No'));
  return repelling.every(taint => tolerates(pod, taint)) ? undefined : 'node(s) had untolerated taint(s)';
}

function tolerates(pod: Pod, taint: { key: string; value?: string; effect: string }): boolean {
  return (pod.spec.tolerations ?? []).some(
    ({ key, operator, value, effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (key === undefined ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}

function amount(list: ResourceList | undefined, resource: string): number {
  return parseQuantity(list?.[resource] ?? '0') ?? 0;
}
