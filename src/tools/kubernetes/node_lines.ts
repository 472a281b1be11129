import type { NodeLoad } from '../../kubernetes/node_load.ts';
import { formatBytes } from '../../kubernetes/quantity.ts';
import { enumerate, plural } from './answer.ts';

export type Resource = 'memory' | 'cpu' | 'storage';

/** One node's room of one resource. */
export interface NodeRoom {
  name: string;
  allocatable: number;
  requested: number;
  free: number;
  closed: readonly string[];
}

/** Roomiest first. */
export function roomsOf(loads: readonly NodeLoad[], resource: Resource): NodeRoom[] {
  const rooms = loads.map(({ name, allocatable, requested, closed }) => {
    const free = Math.max(0, allocatable[resource] - requested[resource]);
    return { name, allocatable: allocatable[resource], requested: requested[resource], free, closed };
  });
  return rooms.sort((a, b) => b.free - a.free);
}

/** As many nodes as these are shown one by one; of more only the extremes are. */
const shownSingly = 12;
const mostReasons = 5;

/** Nodes that take new pods, then those that don't, and why. */
export function nodeLines(rooms: readonly NodeRoom[], resource: Resource): string[] {
  const open = rooms.filter(({ closed }) => closed.length === 0);
  const closed = rooms.filter(room => room.closed.length > 0);
  if (rooms.length <= shownSingly) return [...open, ...closed].map(room => line(room, resource));
  return [...openLines(open, resource), ...closedLines(closed, resource)];
}

function openLines(open: readonly NodeRoom[], resource: Resource): string[] {
  if (open.length <= shownSingly) return open.map(room => line(room, resource));
  const [roomiest, rest, fullest] = [open.slice(0, 3), open.slice(3, -2), open.slice(-2)];
  const bands = Map.groupBy(rest, room => Math.min(5, Math.floor((5 * room.requested) / (room.allocatable || 1))));
  return [
    ...roomiest.map(room => line(room, resource)),
    ...[...bands].sort(([a], [b]) => a - b).map(([band, alike]) => bandLine(band, alike, resource)),
    ...fullest.map(room => line(room, resource)),
  ];
}

function bandLine(band: number, alike: readonly NodeRoom[], resource: Resource): string {
  const share = band === 5 ? '100% or more' : `${band * 20}-${band * 20 + 20}%`;
  const [most, least] = [alike[0]?.free ?? 0, alike.at(-1)?.free ?? 0].map(free => amountText(free, resource));
  const free = most === least ? `${most} free` : `${least} to ${most} free`;
  return `${plural(alike.length, 'node')}: ${share} requested, ${free}${alike.length > 1 ? ' each' : ''}`;
}

function closedLines(closed: readonly NodeRoom[], resource: Resource): string[] {
  const byReason = Map.groupBy(closed, room => room.closed.join(', '));
  const groups = [...byReason].sort(([, a], [, b]) => b.length - a.length);
  const others = groups.slice(mostReasons).reduce((sum, [, { length }]) => sum + length, 0);
  return [
    ...groups.slice(0, mostReasons).map(([reason, nodes]) => closedLine(reason, nodes, resource)),
    ...(others > 0 ? [`${plural(others, 'node')} take no new pods for other reasons`] : []),
  ];
}

function closedLine(reason: string, nodes: readonly NodeRoom[], resource: Resource): string {
  if (nodes.length === 1) return line(nodes[0]!, resource);
  const names = enumerate(
    nodes.map(({ name }) => name),
    3,
  );
  return `${nodes.length} nodes take no new pods: ${reason} (${names})`;
}

function line({ name, allocatable, requested, free, closed }: NodeRoom, resource: Resource): string {
  const text = (value: number) => amountText(value, resource);
  const share = allocatable > 0 ? ` (${Math.round((requested / allocatable) * 100)}%)` : '';
  const note = closed.length > 0 ? `; takes no new pods: ${closed.join(', ')}` : '';
  return `${name}: ${text(allocatable)} allocatable, ${text(requested)} requested${share}, ${text(free)} free${note}`;
}

/** Bytes, or billionths of cores, as people write them. */
export function amountText(value: number, resource: Resource): string {
  if (value === 0) return '0';
  if (resource !== 'cpu') return formatBytes(value);
  const cores = value / 1e9;
  return cores < 1 ? `${Math.round(cores * 1000)}m` : `${Math.round(cores * 100) / 100}`;
}
