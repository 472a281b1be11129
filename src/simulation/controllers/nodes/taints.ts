import type { Node, Pod } from '../../../kubernetes/objects.ts';

export interface Taint {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

export const notReady = 'node.kubernetes.io/not-ready';
export const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';

/** Which taint says that a condition has this status. */
const taintOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReady, Unknown: unreachable },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
};
const ours = new Set([unschedulable, ...Object.values(taintOf).flatMap(one => Object.values(one))]);

export function taintsOf({ spec }: Node): readonly Taint[] {
  return spec?.taints ?? [];
}

export function readinessOf({ status }: Node): 'True' | 'False' | 'Unknown' | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

/** The node's taints with those against scheduling that its conditions ask for, and no others of that kind. */
export function scheduleTaints(node: Node, now: string): Taint[] {
  const wanted = (node.status?.conditions ?? []).flatMap(({ type, status }) => taintOf[type]?.[status] ?? []);
  if (node.spec?.unschedulable) wanted.push(unschedulable);
  const kept = taintsOf(node).filter(
    ({ key, effect }) => effect !== 'NoSchedule' || !ours.has(key) || wanted.includes(key),
  );
  const missing = wanted.filter(key => !kept.some(taint => taint.key === key && taint.effect === 'NoSchedule'));
  return [...kept, ...missing.map(key => ({ key, effect: 'NoSchedule', timeAdded: now }))];
}

/** The taint that drives pods from a node that isn't ready. */
export function evictingTaint(node: Node): string | undefined {
  return taintOf['Ready']?.[readinessOf(node) ?? ''];
}

export function hasEvicting(node: Node, key: string): boolean {
  return taintsOf(node).some(taint => taint.key === key && taint.effect === 'NoExecute');
}

/** With this taint that evicts, and without the others that say how ready the node is. */
export function withEvicting(taints: readonly Taint[], key: string | undefined, now: string): Taint[] {
  const others = taints.filter(
    taint => taint.effect !== 'NoExecute' || (taint.key !== notReady && taint.key !== unreachable) || taint.key === key,
  );
  const isThere = others.some(taint => taint.key === key && taint.effect === 'NoExecute');
  return key === undefined || isThere ? others : [...others, { key, effect: 'NoExecute', timeAdded: now }];
}

/**
 * For how long a pod may stay beside these taints: 0 when it doesn't tolerate one of them, Infinity when it tolerates
 * all of them for ever.
 */
export function toleranceMs({ spec }: Pod, taints: readonly Taint[]): number {
  const used = taints.map(taint =>
    (spec.tolerations ?? []).find(
      ({ key, operator, value, effect }) =>
        (!effect || effect === taint.effect) &&
        (key ? key === taint.key : operator === 'Exists') &&
        (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
    ),
  );
  if (used.some(toleration => toleration === undefined)) return 0;
  return Math.min(...used.map(toleration => Math.max(0, toleration?.tolerationSeconds ?? Infinity))) * 1000;
}
