import { createCompany } from './company.ts';
import { type Amounts, amountsOf } from './kinds/amount.ts';
import { allowsNode } from './kinds/node_selector.ts';
import { podTotals } from './kinds/pod_totals.ts';
import { tolerates, untolerated } from './kinds/taints.ts';
import { isPlaced } from './node_load.ts';
import type { Node, Pod, ResourceList } from './objects.ts';

/** A node with what is left on it, by the names of resources: billionths of cores, bytes, pieces. */
export interface Seat {
  node: Node;
  free: Record<string, number>;
  /** Those that are known: they matter to pods that want company, or to be alone. */
  pods: Pod[];
}

/** What keeps a pod from a node. */
export interface Objection {
  limit: 'closed' | 'selector' | 'volume' | 'room' | 'ports' | 'spread' | 'company';
  /** Reads on after a number of nodes: "3 nodes lack cpu". */
  text: string;
}

export interface Placement {
  placed: number;
  /** On how many nodes a first copy would fit. */
  nodes: number;
  /** Why the next one fits nowhere, with the number of nodes; empty when all were placed. */
  against: { objection: Objection; nodes: number }[];
}

export interface PlacementWorld {
  seats: readonly Seat[];
  /** The labels of a namespace. */
  namespaceLabels(name: string): Readonly<Record<string, string>>;
  /** What volumes of the pod have against a node. */
  volumes?: (node: Node) => string | undefined;
}

/**
 * Where copies of a pod would go, one after the other, if the scheduler looked now: as it does it, but for evicting
 * others, and for its taste in nodes that would all do.
 */
export function place(pod: Pod, copies: number, world: PlacementWorld): Placement {
  const request = requestOf(pod);
  const company = createCompany(pod, world);
  const seats = world.seats.map(({ node, free, pods }) => ({ node, free: { ...free }, pods }));
  const fixed = new Map(seats.map(seat => [seat, againstNode(pod, seat, world)]));
  const against = (seat: Seat) => fixed.get(seat) ?? lack(request, seat.free) ?? company.against(seat.node);
  const nodes = seats.filter(seat => against(seat) === undefined).length;
  const canBe = seats.filter(seat => fixed.get(seat) === undefined);
  const placed = company.rules === 0 && hostPorts(pod).length === 0 ? fill(canBe, request, copies) : oneByOne(canBe);
  return { placed, nodes, against: placed < copies ? counted(seats.map(seat => against(seat))) : [] };

  function oneByOne(able: readonly Seat[]): number {
    let candidates = able;
    for (let done = 0; done < copies; done++) {
      // What lacks room now lacks it for all the rest; rules about company may come to allow what they forbid now.
      candidates = candidates.filter(({ free }) => lack(request, free) === undefined);
      const seat = roomiest(candidates.filter(each => against(each) === undefined));
      if (!seat) return done;
      take(seat, request, 1);
      if (hostPorts(pod).length > 0) fixed.set(seat, portsTaken);
      company.joined(seat.node);
    }
    return copies;
  }
}

/** Where only room counts, the order doesn't. */
function fill(seats: readonly Seat[], request: Record<string, number>, copies: number): number {
  let left = copies;
  for (const seat of seats) {
    const here = Math.min(left, ...Object.entries(request).map(([name, amount]) => timesIn(seat, name, amount)));
    take(seat, request, here);
    left -= here;
  }
  return copies - left;
}

function timesIn({ free }: Seat, name: string, amount: number): number {
  return amount > 0 ? Math.max(0, Math.floor((free[name] ?? 0) / amount)) : Number.POSITIVE_INFINITY;
}

function take({ free }: Seat, request: Record<string, number>, times: number): void {
  for (const [name, amount] of Object.entries(request)) free[name] = (free[name] ?? 0) - times * amount;
}

/** Nodes with all their pods. */
export function seatsOf(nodes: readonly Node[], pods: readonly Pod[]): Seat[] {
  const byNode = Map.groupBy(pods.filter(isPlaced), pod => pod.spec.nodeName ?? '');
  return nodes.map(node => {
    const here = byNode.get(node.metadata.name) ?? [];
    const free = allocatableOf(node);
    const seat = { node, free, pods: here };
    for (const pod of here) take(seat, requestOf(pod), 1);
    return seat;
  });
}

const defaultPods = '110';

export function allocatableOf({ status }: Node): Record<string, number> {
  return numbers(amountsOf({ pods: defaultPods, ...status?.allocatable } satisfies ResourceList));
}

/** What a pod takes from its node. */
export function requestOf({ spec }: Pick<Pod, 'spec'>): Record<string, number> {
  return { ...numbers(podTotals(spec, 'requests')), pods: 1 };
}

function numbers(amounts: Amounts): Record<string, number> {
  return Object.fromEntries(
    Object.entries(amounts).map(([name, { nano }]) => [name, name === 'cpu' ? Number(nano) : Number(nano) / 1e9]),
  );
}

function againstNode(pod: Pod, { node, pods }: Seat, { volumes }: PlacementWorld): Objection | undefined {
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (node.spec?.unschedulable && !tolerates(pod, cordon)) return { limit: 'closed', text: 'cordoned' };
  const taint = untolerated(pod, node);
  if (taint) return { limit: 'closed', text: `tainted ${taint.key}:${taint.effect}, which the pods don't tolerate` };
  if (!allowsNode(pod, node)) return { limit: 'selector', text: "ruled out by the pods' node selector or affinity" };
  if (clashes(pod, pods)) return portsTaken;
  const problem = volumes?.(node);
  return problem === undefined ? undefined : { limit: 'volume', text: problem };
}

/** The first resource that is short. */
function lack(request: Record<string, number>, free: Record<string, number>): Objection | undefined {
  const short = Object.entries(request).find(([name, amount]) => amount > 0 && amount > (free[name] ?? 0));
  if (!short) return undefined;
  return { limit: 'room', text: short[0] === 'pods' ? 'full: no more pods allowed' : `too little ${short[0]} left` };
}

/** As the scheduler prefers it: the one with most cpu and memory left. */
function roomiest(seats: readonly Seat[]): Seat | undefined {
  const room = ({ free }: Seat) => (free['cpu'] ?? 0) / 1e9 + (free['memory'] ?? 0) / 2 ** 32;
  let best: Seat | undefined;
  for (const seat of seats) if (!best || room(seat) > room(best)) best = seat;
  return best;
}

const portsTaken: Objection = { limit: 'ports', text: 'in use by another pod on the same host port' };

interface HostPort {
  port: number;
  protocol: string;
  ip: string;
}

function hostPorts({ spec }: Pod): HostPort[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, containerPort, protocol = 'TCP', hostIP }) => {
      const port = hostPort ?? (spec.hostNetwork ? containerPort : undefined);
      return port ? [{ port, protocol, ip: hostIP || '0.0.0.0' }] : [];
    }),
  );
}

function clashes(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = others.flatMap(hostPorts);
  const isAny = (ip: string) => ip === '0.0.0.0';
  return wanted.some(a =>
    taken.some(b => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || isAny(a.ip) || isAny(b.ip))),
  );
}

/** The same objections together, those of most nodes first. */
function counted(objections: readonly (Objection | undefined)[]): Placement['against'] {
  const groups = Map.groupBy(
    objections.filter(each => each !== undefined),
    ({ text }) => text,
  );
  return [...groups.values()]
    .map(same => ({ objection: same[0]!, nodes: same.length }))
    .sort((a, b) => b.nodes - a.nodes);
}
