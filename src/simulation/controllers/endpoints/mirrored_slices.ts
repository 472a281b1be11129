import type { EndpointAddress, EndpointSlice, Endpoints, SliceEndpoint } from '../../../kubernetes/kinds/network.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { controllerReference } from '../ownership.ts';
import {
  type AddressType,
  type DraftSlice,
  managedByLabel,
  type SlicePort,
  serviceNameLabel,
} from './slice_content.ts';
import type { Subset } from './subsets.ts';
import { triggerAnnotation } from './trigger_times.ts';

export const mirrorController = 'endpointslicemirroring-controller.k8s.io';

const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const notMirrored = [triggerAnnotation, 'kubectl.kubernetes.io/last-applied-configuration'];

/** Endpoints that somebody wrote by hand are seen as slices too, unless they ask not to be. */
export function isMirrored({ metadata }: Endpoints): boolean {
  const skipped = metadata.labels?.['endpointslice.kubernetes.io/skip-mirror'] === 'true';
  return !skipped && metadata.annotations?.[leaderAnnotation] === undefined;
}

/** The slices that say the same as these Endpoints: one for each set of ports and address type. */
export function mirrorOf(endpoints: Endpoints): DraftSlice[] {
  const drafts = new Map<string, DraftSlice>();
  for (const subset of endpoints.subsets ?? []) {
    const ports = slicePorts(subset);
    for (const [address, ready] of addressesIn(subset)) {
      const type = address.ip.includes(':') ? 'IPv6' : 'IPv4';
      const key = canonicalJson([type, ports]);
      const draft = drafts.get(key) ?? emptyMirror(endpoints, type, ports);
      draft.endpoints.push(endpointAt(address, ready));
      drafts.set(key, draft);
    }
  }
  return [...drafts.values()];
}

/** Whether a slice already says what it should. */
export function saysTheSame(slice: EndpointSlice, draft: DraftSlice): boolean {
  const content = ({ metadata, addressType, ports, endpoints }: EndpointSlice | DraftSlice) =>
    canonicalJson([metadata.labels ?? {}, metadata.annotations ?? {}, addressType, ports ?? [], endpoints ?? []]);
  return content(slice) === content(draft);
}

function* addressesIn({ addresses = [], notReadyAddresses = [] }: Subset): Generator<[EndpointAddress, boolean]> {
  for (const address of addresses) yield [address, true];
  for (const address of notReadyAddresses) yield [address, false];
}

function slicePorts({ ports = [] }: Subset): SlicePort[] {
  return ports.map(({ name = '', port, protocol = 'TCP' }) => ({ name, port, protocol }));
}

function endpointAt({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): SliceEndpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}

function emptyMirror(endpoints: Endpoints, addressType: AddressType, ports: SlicePort[]): DraftSlice {
  const { namespace = '', name, labels, annotations = {} } = endpoints.metadata;
  const copied = Object.fromEntries(Object.entries(annotations).filter(([key]) => !notMirrored.includes(key)));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: mirrorController },
      ...(Object.keys(copied).length > 0 ? { annotations: copied } : {}),
      ownerReferences: [controllerReference(endpoints)],
    },
    addressType,
    ports,
    endpoints: [],
  };
}
