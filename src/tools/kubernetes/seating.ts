import { kinds } from '../../kubernetes/kinds.ts';
import type { NodeLoad } from '../../kubernetes/node_load.ts';
import type { Namespace, Node, Pod } from '../../kubernetes/objects.ts';
import { allocatableOf, type PlacementWorld, type Seat, seatsOf } from '../../kubernetes/placement.ts';
import type { Senses } from './tool.ts';

/** The nodes with what is free on them, as far as a further pod cares. */
export interface Seating extends PlacementWorld {
  /** Pods that wait for a node, besides those of this workload. */
  waiting: number;
  /** The pods of other namespaces are too many to be read: only what they request is known. */
  unknownCompany: boolean;
  /** Why what is free may be wrong, as a sentence. */
  doubt?: string | undefined;
}

const mostNodes = 10_000;
const mostPods = 2_500;
const tooMany = { items: [] as Pod[], metadata: { continue: 'all' } };

export async function readSeating(pod: Pod, senses: Senses): Promise<Seating> {
  const { cluster, nodeLoads, signal } = senses;
  const [nodes, pods] = await Promise.all([
    cluster.list<Node>(kinds.node, { limit: mostNodes }, signal),
    nodeLoads.follows() ? tooMany : cluster.list<Pod>(kinds.pod, { limit: mostPods }, signal),
  ]);
  const unknownCompany = !!pods.metadata.continue;
  const { seats, doubt } = unknownCompany
    ? await seatsByLoad(nodes.items, pod, senses)
    : { seats: seatsOf(nodes.items, pods.items) };
  const labels = await namespaceLabels([pod, ...(unknownCompany ? [] : pods.items)], senses);
  const waiting = pods.items.filter(each => isWaiting(each) && !isAlike(each, pod)).length;
  return { seats, namespaceLabels: name => labels.get(name) ?? {}, waiting, unknownCompany, doubt };
}

/** For large clusters: what is requested is known of all pods, more only of those in the namespace. */
async function seatsByLoad(nodes: readonly Node[], pod: Pod, { cluster, nodeLoads, signal }: Senses) {
  const { namespace = '' } = pod.metadata;
  const [{ loads, doubt }, { items }] = await Promise.all([
    nodeLoads.read(cluster, signal),
    cluster.list<Pod>(kinds.pod, { namespace }, signal),
  ]);
  const byName = new Map(loads.map(load => [load.name, load]));
  const here = Map.groupBy(items, ({ spec }) => spec.nodeName ?? '');
  const seats = nodes.map((node): Seat => {
    const { name } = node.metadata;
    return { node, free: freeOn(node, byName.get(name)), pods: here.get(name) ?? [] };
  });
  return { seats, doubt };
}

function freeOn(node: Node, load: NodeLoad | undefined): Record<string, number> {
  const free = allocatableOf(node);
  const { cpu = 0, memory = 0, storage = 0, pods = 0 } = load?.requested ?? {};
  const requested = { cpu, memory, 'ephemeral-storage': storage, pods };
  for (const [name, amount] of Object.entries(requested)) free[name] = (free[name] ?? 0) - amount;
  return free;
}

/** Asked for only when somebody's affinity chooses namespaces by their labels. */
async function namespaceLabels(pods: readonly Pod[], { cluster, signal }: Senses) {
  if (!pods.some(choosesNamespaces)) return new Map<string, Record<string, string>>();
  const { items } = await cluster.list<Namespace>(kinds.namespace, { fromCache: true }, signal);
  return new Map(items.map(({ metadata: { name, labels = {} } }) => [name, labels]));
}

function choosesNamespaces({ spec: { affinity } }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap(
    each => each?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
  );
  return terms.some(({ namespaceSelector }) => namespaceSelector !== undefined);
}

function isWaiting({ spec, status, metadata }: Pod): boolean {
  return !spec.nodeName && status?.phase === 'Pending' && metadata.deletionTimestamp === undefined;
}

/** Whether it is one of those that we ask about. */
function isAlike(other: Pod, pod: Pod): boolean {
  const labels = Object.entries(pod.metadata.labels ?? {});
  return (
    other.metadata.namespace === pod.metadata.namespace &&
    labels.length > 0 &&
    labels.every(([key, value]) => other.metadata.labels?.[key] === value)
  );
}
