import { allowsNode } from '../../kubernetes/kinds/node_selector.ts';
import { tolerates, untolerated } from '../../kubernetes/kinds/taints.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { createInterPodFilter } from './inter_pod.ts';
import type { Guest, Seat } from './seats.ts';
import { createSpreadFilter } from './spread.ts';
import type { Storage } from './volumes.ts';
import { createVolumeFilter } from './volumes.ts';

/** Why a pod can't go to a node, in the scheduler's words. `final`: nothing that could be evicted would help. */
export interface Misfit {
  reasons: readonly string[];
  final: boolean;
}

export interface Surroundings {
  seats: readonly Seat[];
  storage: Storage;
  /** The labels of a namespace. */
  namespaceLabels(name: string): Readonly<Record<string, string>>;
}

/** One rule: looks at the whole once, then at every node; `undefined` when the node will do. */
export type Filter = (seat: Seat) => Misfit | undefined;

/** Either the pod can go nowhere, whatever the nodes are like; or each node may have something against it. */
export type Filters = { kind: 'refused'; message: string } | { kind: 'ready'; against: Filter };

/** The rules, in the order in which they are asked. The first one that objects is the reason. */
export function filtersFor(guest: Guest, surroundings: Surroundings): Filters {
  const { pod } = guest;
  const volumes = createVolumeFilter(pod, surroundings);
  if (volumes.kind === 'refused') return volumes;
  const filters: Filter[] = [
    seat => unschedulable(pod, seat),
    seat => (untolerated(pod, seat.node) ? final('node(s) had untolerated taint(s)') : undefined),
    seat => (allowsNode(pod, seat.node) ? undefined : final("node(s) didn't match Pod's node affinity/selector")),
    seat => portsTaken(pod, seat),
    seat => shortage(guest, seat),
    volumes.filter,
    createSpreadFilter(pod, surroundings),
    createInterPodFilter(pod, surroundings),
  ];
  return {
    kind: 'ready',
    against(seat) {
      for (const filter of filters) {
        const misfit = filter(seat);
        if (misfit) return misfit;
      }
      return undefined;
    },
  };
}

export function final(reason: string): Misfit {
  return { reasons: [reason], final: true };
}

export function passing(reason: string): Misfit {
  return { reasons: [reason], final: false };
}

function unschedulable(pod: Pod, { node }: Seat): Misfit | undefined {
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  return node.spec?.unschedulable && !tolerates(pod, taint) ? final('node(s) were unschedulable') : undefined;
}

interface HostPort {
  port: number;
  protocol: string;
  ip: string;
}

const anyIP = '0.0.0.0';

function hostPorts({ spec }: Pod): HostPort[] {
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, containerPort, protocol = 'TCP', hostIP = anyIP }) => {
      const port = hostPort ?? (spec.hostNetwork ? containerPort : undefined);
      return port ? [{ port, protocol, ip: hostIP || anyIP }] : [];
    }),
  );
}

function portsTaken(pod: Pod, { guests }: Seat): Misfit | undefined {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const taken = [...guests.values()].flatMap(guest => hostPorts(guest.pod));
  const clash = wanted.some(a => taken.some(b => clashes(a, b)));
  return clash ? passing("node(s) didn't have free ports for the requested pod ports") : undefined;
}

function clashes(a: HostPort, b: HostPort): boolean {
  const sameIP = a.ip === b.ip || a.ip === anyIP || b.ip === anyIP;
  return sameIP && a.port === b.port && a.protocol === b.protocol;
}

const defaultPodLimit = 110;
/** Sums of fractions of cores differ in the last digits. */
const slack = 1e-9;

function shortage({ request }: Guest, { allocatable, requested, guests }: Seat): Misfit | undefined {
  const reasons: string[] = [];
  let isFinal = false;
  if (guests.size + 1 > (allocatable['pods'] ?? defaultPodLimit)) reasons.push('Too many pods');
  for (const [resource, wanted] of Object.entries(request)) {
    const capacity = allocatable[resource] ?? 0;
    if (wanted <= 0 || wanted <= capacity - (requested[resource] ?? 0) + slack) continue;
    reasons.push(`Insufficient ${resource}`);
    if (wanted > capacity) isFinal = true;
  }
  return reasons.length > 0 ? { reasons, final: isFinal } : undefined;
}
