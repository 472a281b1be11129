import { type Amounts, amountsOf } from './kinds/amount.ts';
import { podTotals } from './kinds/pod_totals.ts';
import type { Node, Pod } from './objects.ts';

/** In whole billionths of a core, whole bytes and pods, so that sums are exact. */
export interface Room {
  cpu: number;
  memory: number;
  storage: number;
  pods: number;
}

/** A node as far as room on it goes. */
export interface NodeFacts {
  name: string;
  allocatable: Room;
  /** Why nothing new is placed there; empty when something is. */
  closed: readonly string[];
}

/** A node with what its pods request of it. */
export interface NodeLoad extends NodeFacts {
  requested: Room;
}

export const noRoom: Room = { cpu: 0, memory: 0, storage: 0, pods: 0 };

export function plus(a: Room, b: Room, times = 1): Room {
  return {
    cpu: a.cpu + times * b.cpu,
    memory: a.memory + times * b.memory,
    storage: a.storage + times * b.storage,
    pods: a.pods + times * b.pods,
  };
}

/** Whether a pod counts for the node it is on: it has one, and is not over. */
export function isPlaced(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  return !!pod.spec.nodeName && phase !== 'Succeeded' && phase !== 'Failed';
}

export function requestedBy({ spec }: Pod): Room {
  return { ...roomOf(podTotals(spec, 'requests')), pods: 1 };
}

/** A node that doesn't say takes so many pods. */
const defaultPods = 110;

export function nodeFactsOf(node: Node): NodeFacts {
  const allocatable = roomOf(amountsOf(node.status?.allocatable));
  const pods = Number(node.status?.allocatable?.['pods'] ?? defaultPods);
  return { name: node.metadata.name, allocatable: { ...allocatable, pods }, closed: closedBecause(node) };
}

export function loadsOf(nodes: readonly Node[], pods: readonly Pod[]): NodeLoad[] {
  const requested = new Map<string, Room>();
  for (const pod of pods) {
    if (!isPlaced(pod)) continue;
    const name = pod.spec.nodeName ?? '';
    requested.set(name, plus(requested.get(name) ?? noRoom, requestedBy(pod)));
  }
  return nodes.map(node => ({ ...nodeFactsOf(node), requested: requested.get(node.metadata.name) ?? noRoom }));
}

function roomOf(amounts: Amounts): Room {
  const nano = (name: string) => Number(amounts[name]?.nano ?? 0n);
  const bytes = (name: string) => Math.ceil(nano(name) / 1e9);
  return { cpu: nano('cpu'), memory: bytes('memory'), storage: bytes('ephemeral-storage'), pods: 0 };
}

function closedBecause({ spec, status }: Node): string[] {
  const reasons: string[] = [];
  if (spec?.unschedulable) reasons.push('cordoned');
  const ready = status?.conditions?.find(condition => condition.type === 'Ready');
  if (ready && ready.status !== 'True') reasons.push('not ready');
  for (const { type, status: is } of status?.conditions ?? []) {
    if (type.endsWith('Pressure') && is === 'True') reasons.push(type);
  }
  for (const { key, effect } of spec?.taints ?? []) {
    if (effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/')) reasons.push(`taint ${key}:${effect}`);
  }
  return reasons;
}
