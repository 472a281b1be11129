import { z } from 'zod';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { type Answer, plural } from './answer.ts';
import { amountText, type NodeRoom, nodeLines, type Resource, roomsOf } from './node_lines.ts';
import { provisioningLines } from './provisioning.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  nodes: z.int(),
  open_nodes: z.int().describe('that take new pods'),
  allocatable: z.number().describe('cores, or bytes, of all nodes'),
  requested: z.number(),
  free: z.number().describe('on open nodes'),
  largest_free: z.number().describe('on one open node'),
  fits_on: z.int().optional().describe('open nodes with room for the amount'),
});
type Facts = z.infer<typeof Facts>;

export const checkNodeCapacity = defineTool({
  name: 'check_node_capacity',
  tokens: 500,
  description: 'Shows memory, cpu or storage requested and free on each node, and whether an amount fits.',
  input: z.object({
    resource_type: z.enum(['memory', 'cpu', 'storage']),
    amount: z.string().optional().describe('of one pod: 512Mi, 500m'),
  }),
  facts: Facts,
  aliases: { resource: 'resource_type', type: 'resource_type', amount_needed: 'amount', required: 'amount' },
  answer: (args, senses) => capacity(args.resource_type, args.amount, senses),
});

async function capacity(resource: Resource, amount: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const wanted = amount === undefined ? undefined : wantedOf(amount, resource);
  if (amount !== undefined && wanted === undefined) {
    return { head: [`Expected an amount such as ${resource === 'cpu' ? '500m' : '512Mi'}, got "${amount}".`] };
  }
  const [{ loads, incomplete, doubt }, provisioning] = await Promise.all([
    senses.nodeLoads.read(senses.cluster, senses.signal),
    resource === 'storage' ? provisioningLines(senses) : [],
  ]);
  const rooms = roomsOf(loads, resource);
  const open = rooms.filter(({ closed }) => closed.length === 0);
  const facts = factsOf(rooms, open, resource, wanted);
  const head = [total(rooms, open, resource)];
  if (incomplete) head.push('Not all pods could be counted: more is requested than it says here.');
  if (doubt !== undefined) head.push(doubt);
  if (wanted !== undefined) head.push(fits(wanted, open, resource));
  const more = 'ask with an amount to see whether it fits';
  return { facts, head: [...head, ...provisioning], body: nodeLines(rooms, resource), more };
}

function wantedOf(amount: string, resource: Resource): number | undefined {
  const number = parseQuantity(amount.trim());
  return number === undefined || resource !== 'cpu' ? number : Math.round(number * 1e9);
}

function sumOf(rooms: readonly NodeRoom[], part: 'allocatable' | 'requested' | 'free'): number {
  return rooms.reduce((sum, room) => sum + room[part], 0);
}

function factsOf(
  rooms: readonly NodeRoom[],
  open: readonly NodeRoom[],
  resource: Resource,
  wanted: number | undefined,
): Facts {
  const amount = (value: number) => (resource === 'cpu' ? value / 1e9 : value);
  return {
    nodes: rooms.length,
    open_nodes: open.length,
    allocatable: amount(sumOf(rooms, 'allocatable')),
    requested: amount(sumOf(rooms, 'requested')),
    free: amount(sumOf(open, 'free')),
    largest_free: amount(open[0]?.free ?? 0),
    ...(wanted === undefined ? {} : { fits_on: open.filter(({ free }) => free >= wanted).length }),
  };
}

function total(rooms: readonly NodeRoom[], open: readonly NodeRoom[], resource: Resource): string {
  const text = (list: readonly NodeRoom[], part: 'allocatable' | 'requested' | 'free') =>
    amountText(sumOf(list, part), resource);
  const where = open.length === rooms.length ? '' : ` on the ${open.length} that take new pods`;
  const what = resource === 'storage' ? "storage of the nodes' own disks" : resource;
  const amounts = `${text(rooms, 'allocatable')} allocatable, ${text(rooms, 'requested')} requested by pods`;
  return `${what} on ${plural(rooms.length, 'node')}: ${amounts}, ${text(open, 'free')} free${where}.`;
}

function fits(wanted: number, open: readonly NodeRoom[], resource: Resource): string {
  const roomy = open.filter(room => room.free >= wanted);
  const [asked, most] = [amountText(wanted, resource), open[0]];
  if (roomy.length > 0) return `A pod that requests ${asked} of ${resource} fits on ${plural(roomy.length, 'node')}.`;
  const largest = most
    ? `the most that is free on one open node is ${amountText(most.free, resource)} (${most.name})`
    : 'no node is open to new pods';
  return `A pod that requests ${asked} of ${resource} fits on NO node: ${largest}.`;
}
