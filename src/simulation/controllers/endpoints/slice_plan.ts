import type { EndpointSlice, SliceEndpoint } from '../../../kubernetes/kinds/network.ts';
import type { Node, Pod, Service } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { belongsInEndpoints } from './service_pods.ts';
import {
  type AddressType,
  type DraftSlice,
  emptySlice,
  endpointOf,
  isOwnedBy,
  type SlicePort,
  sliceLabels,
  slicePortsIn,
} from './slice_content.ts';

export interface SlicePlan {
  create: DraftSlice[];
  update: EndpointSlice[];
  remove: EndpointSlice[];
}

interface Group {
  ports: SlicePort[];
  /** By address and pod; what has found its place is taken out. */
  endpoints: Map<string, SliceEndpoint>;
}

const perSlice = 100;

export interface SliceInputs {
  service: Service;
  pods: readonly Pod[];
  existing: readonly EndpointSlice[];
  nodeNamed(name: string): Node | undefined;
}

/** What has to become of a service's slices of one address type so that they list its pods, with few writes. */
export function planSlices(inputs: SliceInputs, type: AddressType): SlicePlan {
  const { service, existing } = inputs;
  const plan: SlicePlan = { create: [], update: [], remove: existing.filter(slice => !isOwnedBy(slice, service)) };
  const owned = existing.filter(slice => isOwnedBy(slice, service));
  const groups = groupsOf(inputs, type);
  for (const [key, group] of groups) {
    const slices = owned.filter(slice => portsKey(slice.ports ?? []) === key);
    add(plan, fitted(service, type, slices, group));
  }
  plan.remove.push(...owned.filter(slice => !groups.has(portsKey(slice.ports ?? []))));
  keepPlaceholder(plan, inputs, type);
  return recycled(plan, service);
}

function groupsOf({ service, pods, nodeNamed }: SliceInputs, type: AddressType): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, true)) continue;
    const ports = slicePortsIn(pod, service);
    const group = groups.get(portsKey(ports)) ?? { ports, endpoints: new Map<string, SliceEndpoint>() };
    groups.set(portsKey(ports), group);
    const node = nodeNamed(pod.spec.nodeName ?? '');
    if (!node && !service.spec.publishNotReadyAddresses) continue;
    const endpoint = endpointOf(pod, node, service, type);
    if (endpoint.addresses.length > 0) group.endpoints.set(identityOf(endpoint), endpoint);
  }
  return groups;
}

/** Endpoints stay in the slice where they are; new ones fill slices that change anyway, then others, then new ones. */
function fitted(service: Service, type: AddressType, slices: EndpointSlice[], group: Group): SlicePlan {
  const waiting = group.endpoints;
  const plan: SlicePlan = { create: [], update: [], remove: [] };
  const unchanged: EndpointSlice[] = [];
  const labels = sliceLabels(service);
  for (const slice of slices) {
    const endpoints = takeDesired(slice, waiting);
    const same = canonicalJson(endpoints) === canonicalJson(slice.endpoints ?? []);
    const next = { ...slice, metadata: { ...slice.metadata, labels }, endpoints };
    if (endpoints.length === 0 && !same) plan.remove.push(slice);
    else if (!same || canonicalJson(labels) !== canonicalJson(slice.metadata.labels)) plan.update.push(next);
    else unchanged.push(slice);
  }
  for (const slice of plan.update.toSorted((a, b) => sizeOf(b) - sizeOf(a))) fill(slice, waiting);
  while (waiting.size > 0) {
    const room = waiting.size < perSlice ? closestToFull(unchanged, waiting.size) : undefined;
    if (room) unchanged.splice(unchanged.indexOf(room), 1);
    const next = room ? { ...room, endpoints: [...(room.endpoints ?? [])] } : undefined;
    const draft = emptySlice(service, type, group.ports);
    fill(next ?? draft, waiting);
    if (next) plan.update.push(next);
    else plan.create.push(draft);
  }
  return plan;
}

function takeDesired({ endpoints }: EndpointSlice, waiting: Map<string, SliceEndpoint>): SliceEndpoint[] {
  return (endpoints ?? []).flatMap(endpoint => {
    const key = identityOf(endpoint);
    const desired = waiting.get(key);
    waiting.delete(key);
    return desired ? [desired] : [];
  });
}

function fill(slice: { endpoints: SliceEndpoint[] | null }, waiting: Map<string, SliceEndpoint>): void {
  const endpoints = slice.endpoints ?? [];
  for (const [key, endpoint] of waiting) {
    if (endpoints.length >= perSlice) break;
    endpoints.push(endpoint);
    waiting.delete(key);
  }
  slice.endpoints = endpoints;
}

function closestToFull(slices: readonly EndpointSlice[], more: number): EndpointSlice | undefined {
  const fitting = slices.filter(slice => sizeOf(slice) > 0 && sizeOf(slice) + more <= perSlice);
  return fitting.toSorted((a, b) => sizeOf(b) - sizeOf(a))[0];
}

/** A service without endpoints has one empty slice. */
function keepPlaceholder(plan: SlicePlan, { service, existing }: SliceInputs, type: AddressType): void {
  if (existing.length !== plan.remove.length || plan.create.length > 0) return;
  const placeholder = emptySlice(service, type, []);
  const [only, ...others] = plan.remove;
  const isOne =
    only !== undefined &&
    others.length === 0 &&
    isOwnedBy(only, service) &&
    sizeOf(only) === 0 &&
    (only.ports ?? []).length === 0 &&
    canonicalJson(only.metadata.labels) === canonicalJson(placeholder.metadata.labels);
  if (isOne) plan.remove = [];
  else plan.create.push(placeholder);
}

/** Rather than to delete one slice and create another, the one is made into the other. */
function recycled({ create, update, remove }: SlicePlan, service: Service): SlicePlan {
  const drafts = [...create];
  const changed = [...update];
  const gone = remove.filter(slice => {
    if (!isOwnedBy(slice, service)) return true;
    const draft = drafts.pop();
    if (!draft) return true;
    const { labels = {}, ownerReferences = [] } = draft.metadata;
    changed.push({ ...slice, ...draft, metadata: { ...slice.metadata, labels, ownerReferences } });
    return false;
  });
  return { create: drafts, update: changed, remove: gone };
}

function add(plan: SlicePlan, more: SlicePlan): void {
  plan.create.push(...more.create);
  plan.update.push(...more.update);
  plan.remove.push(...more.remove);
}

function identityOf({ addresses, targetRef, hostname }: SliceEndpoint): string {
  return `${addresses.join()} ${hostname ?? ''} ${targetRef?.kind}/${targetRef?.namespace}/${targetRef?.name}`;
}

function portsKey(ports: readonly SlicePort[]): string {
  return ports
    .map(port => canonicalJson(port))
    .sort()
    .join();
}

function sizeOf({ endpoints }: EndpointSlice): number {
  return endpoints?.length ?? 0;
}
