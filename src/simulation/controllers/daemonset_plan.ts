import type { DaemonSet } from '../../kubernetes/kinds/workloads.ts';
import type { Node, Pod } from '../../kubernetes/objects.ts';
import { type Placement, targetNode } from './daemonset_nodes.ts';
import { isAvailable, isReady } from './pods.ts';
import { scaledCount } from './rollout_bounds.ts';

/** What a round of the controller looks at. */
export interface DaemonRound {
  set: DaemonSet;
  nodes: Node[];
  podsOn: ReadonlyMap<string, Pod[]>;
  /** The revision of the template that pods should have. */
  hash: string;
  now: number;
  place(node: Node): Placement;
}

export interface DaemonPlan {
  create: string[];
  remove: Pod[];
}

/** By the node that they are on or meant for. A pod that is over and deleted is on none. */
export function byNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const isLeft = ({ metadata, status }: Pod) =>
    metadata.deletionTimestamp !== undefined && (status?.phase === 'Succeeded' || status?.phase === 'Failed');
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node !== undefined && !isLeft(pod)) groups.set(node, [...(groups.get(node) ?? []), pod]);
  }
  return groups;
}

function allowsSurge(set: DaemonSet): boolean {
  return boundsFor(set, 1).maxSurge > 0;
}

export function boundsFor({ spec }: DaemonSet, desired: number): { maxSurge: number; maxUnavailable: number } {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = Math.ceil(scaledCount(rollingUpdate?.maxSurge ?? 0, desired));
  const maxUnavailable = Math.ceil(scaledCount(rollingUpdate?.maxUnavailable ?? 1, desired));
  const isStuck = desired > 0 && maxSurge === 0 && maxUnavailable === 0;
  return { maxSurge, maxUnavailable: isStuck ? 1 : maxUnavailable };
}

export function isUpdated({ metadata }: Pod, { set, hash }: DaemonRound): boolean {
  const generation = set.metadata.annotations?.['deprecated.daemonset.template.generation'];
  const { labels = {} } = metadata;
  return (
    labels['controller-revision-hash'] === hash ||
    (generation !== undefined && labels['pod-template-generation'] === generation)
  );
}

export function isAvailableIn({ set, now }: DaemonRound, pod: Pod): boolean {
  return isAvailable(pod, set.spec.minReadySeconds ?? 0, now);
}

/** Which pods one node needs or has too many of; `failed` decides about those that are over. */
export function planForNode(round: DaemonRound, node: Node, failed: (pod: Pod) => boolean): DaemonPlan {
  const { set, podsOn } = round;
  const { shouldRun, mayStay } = round.place(node);
  const { name } = node.metadata;
  const pods = podsOn.get(name);
  const staying = (pods ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (shouldRun && !pods) return { create: [name], remove: [] };
  if (!mayStay) return { create: [], remove: staying };
  const isDone = ({ status }: Pod) => status?.phase === 'Failed' || status?.phase === 'Succeeded';
  const remove = staying.filter(pod => isDone(pod) && failed(pod));
  const running = staying.filter(pod => !isDone(pod)).sort(oldestScheduledFirst);
  if (!allowsSurge(set)) return { create: [], remove: [...remove, ...running.slice(1)] };
  if (running.length === 0) return { create: shouldRun ? [name] : [], remove };
  return { create: [], remove: [...remove, ...(running.length > 1 ? surplusOf(round, running) : [])] };
}

/** While a node surges there is one old and one new pod; the old one goes when the new one can do without it. */
function surplusOf(round: DaemonRound, running: Pod[]): Pod[] {
  const isNew = ({ metadata }: Pod) => metadata.labels?.['controller-revision-hash'] === round.hash;
  const [newest, oldest] = [running.find(isNew), running.find(pod => !isNew(pod))];
  const others = running.filter(pod => pod !== newest && pod !== oldest);
  if (!newest || !oldest) return others;
  return !isReady(oldest) || isAvailableIn(round, newest) ? [...others, oldest] : others;
}

/** Those that have a node before those that wait for one, then the oldest. */
export function oldestScheduledFirst(a: Pod, b: Pod): number {
  const waiting = ({ spec }: Pod) => (spec.nodeName ? 0 : 1);
  const [earlier = '', later = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return (
    waiting(a) - waiting(b) ||
    (earlier === later ? (a.metadata.name < b.metadata.name ? -1 : 1) : earlier < later ? -1 : 1)
  );
}
