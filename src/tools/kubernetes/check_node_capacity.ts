import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Node, Pod, PodSpec } from '../../kubernetes/objects.ts';
import { formatBytes, parseQuantity } from '../../kubernetes/quantity.ts';
import { type Answer, plural } from './answer.ts';
import { defineTool, type Senses } from './tool.ts';

export const checkNodeCapacity = defineTool({
  name: 'check_node_capacity',
  description: 'Shows for each node how much memory or cpu is requested and free, and whether an amount would fit.',
  input: z.object({
    resource_type: z.enum(['memory', 'cpu']).describe('memory or cpu'),
    amount: z.string().optional().describe('what one pod would request, such as 512Mi or 500m'),
  }),
  facts: z.looseObject({}),
  aliases: { resource: 'resource_type', type: 'resource_type', amount_needed: 'amount', required: 'amount' },
  answer: (args, senses) => capacity(args.resource_type, args.amount, senses),
});

type Resource = 'memory' | 'cpu';

interface Room {
  name: string;
  allocatable: number;
  requested: number;
  free: number;
  /** Why nothing new is placed there; empty when something is. */
  closed: string[];
}

async function capacity(resource: Resource, amount: string | undefined, senses: Senses): Promise<Answer> {
  const { cluster, signal } = senses;
  const wanted = amount === undefined ? undefined : parseQuantity(amount.trim());
  if (amount !== undefined && wanted === undefined) {
    return { head: [`Expected an amount such as ${resource === 'memory' ? '512Mi' : '500m'}, got "${amount}".`] };
  }
  const [nodes, pods] = await Promise.all([
    cluster.list<Node>(kinds.node, {}, signal),
    cluster.list<Pod>(kinds.pod, {}, signal),
  ]);
  const rooms = roomsOf(nodes.items, pods.items, resource).toSorted((a, b) => b.free - a.free);
  const text = (value: number) => formatAmount(value, resource);
  const open = rooms.filter(room => room.closed.length === 0);
  const head = [total(rooms, resource, text)];
  if (pods.metadata.continue) head.push('Not all pods could be counted: more is requested than it says here.');
  if (wanted !== undefined) head.push(fits(wanted, open, resource, text));
  return { head, body: [...open, ...rooms.filter(room => !open.includes(room))].map(room => roomLine(room, text)) };
}

function roomsOf(nodes: Node[], pods: Pod[], resource: Resource): Room[] {
  const requested = new Map<string, number>();
  for (const { spec, status } of pods) {
    if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') continue;
    requested.set(spec.nodeName, (requested.get(spec.nodeName) ?? 0) + requestOf(spec, resource));
  }
  return nodes.map(node => {
    const { name } = node.metadata;
    const allocatable = parseQuantity(node.status?.allocatable?.[resource] ?? '') ?? 0;
    const used = requested.get(name) ?? 0;
    return { name, allocatable, requested: used, free: Math.max(0, allocatable - used), closed: closedBecause(node) };
  });
}

/** What the scheduler counts for a pod: its containers together, or its largest init container. */
function requestOf(spec: PodSpec, resource: Resource): number {
  const amounts = (containers: PodSpec['containers'] = []) =>
    containers.map(({ resources }) => parseQuantity(resources?.requests?.[resource] ?? '0') ?? 0);
  const together = amounts(spec.containers).reduce((sum, amount) => sum + amount, 0);
  return Math.max(together, ...amounts(spec.initContainers));
}

function closedBecause({ spec, status }: Node): string[] {
  const reasons: string[] = [];
  if (spec?.unschedulable) reasons.push('cordoned');
  const ready = status?.conditions?.find(condition => condition.type === 'Ready');
  if (ready && ready.status !== 'True') reasons.push('not ready');
  for (const { type, status: is } of status?.conditions ?? [])
    if (type.endsWith('Pressure') && is === 'True') reasons.push(type);
  for (const { key, effect } of spec?.taints ?? []) {
    if (effect !== 'PreferNoSchedule' && !key.startsWith('node.kubernetes.io/')) reasons.push(`taint ${key}:${effect}`);
  }
  return reasons;
}

function total(rooms: Room[], resource: Resource, text: (value: number) => string): string {
  const sum = (pick: (room: Room) => number) => text(rooms.reduce((all, room) => all + pick(room), 0));
  const open = rooms.filter(room => room.closed.length === 0).length;
  const free = sum(room => (room.closed.length === 0 ? room.free : 0));
  const where = open === rooms.length ? '' : ` on the ${open} that take new pods`;
  const amounts = `${sum(room => room.allocatable)} allocatable, ${sum(room => room.requested)} requested by pods`;
  return `${resource} on ${plural(rooms.length, 'node')}: ${amounts}, ${free} free${where}.`;
}

function fits(wanted: number, open: Room[], resource: Resource, text: (value: number) => string): string {
  const roomy = open.filter(room => room.free >= wanted);
  const most = open[0];
  if (roomy.length > 0)
    return `A pod that requests ${text(wanted)} of ${resource} fits on ${plural(roomy.length, 'node')}.`;
  const largest = most
    ? `the most that is free on one open node is ${text(most.free)} (${most.name})`
    : 'no node is open to new pods';
  return `A pod that requests ${text(wanted)} of ${resource} fits on NO node: ${largest}.`;
}

function roomLine({ name, allocatable, requested, free, closed }: Room, text: (value: number) => string): string {
  const share = allocatable > 0 ? ` (${Math.round((requested / allocatable) * 100)}%)` : '';
  const note = closed.length > 0 ? `; takes no new pods: ${closed.join(', ')}` : '';
  return `${name}: ${text(allocatable)} allocatable, ${text(requested)} requested${share}, ${text(free)} free${note}`;
}

function formatAmount(value: number, resource: Resource): string {
  if (resource === 'memory') return formatBytes(value);
  return value < 1 ? `${Math.round(value * 1000)}m` : `${Math.round(value * 100) / 100}`;
}
