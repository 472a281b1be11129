import type { EndpointAddress, Endpoints } from '../../../kubernetes/kinds/network.ts';
import type { Pod, Service } from '../../../kubernetes/objects.ts';
import { canonicalJson } from '../../../lib/hash.ts';
import { isReady } from '../pods.ts';
import { addressesOf, belongsInEndpoints, hostnameOf, portIn, type ServicePort } from './service_pods.ts';

export type Subset = NonNullable<Endpoints['subsets']>[number];

type SubsetPort = NonNullable<Subset['ports']>[number];

interface Offer {
  address: EndpointAddress;
  ready: boolean;
}

/** More addresses than this are cut off, the ready ones last. */
const maxAddresses = 1000;

/** The subsets of a service's Endpoints: addresses that offer the same ports stand together. */
export function subsetsOf(service: Service, pods: readonly Pod[]): Subset[] {
  const { spec } = service;
  const byPort = new Map<string, { port: SubsetPort | undefined; offers: Map<string, Offer> }>();
  const published = spec.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, published)) continue;
    const offer = { address: addressOf(pod, service), ready: published || isReady(pod) };
    for (const port of portsIn(pod, service)) {
      const key = canonicalJson(port ?? {});
      const known = byPort.get(key) ?? { port, offers: new Map<string, Offer>() };
      known.offers.set(`${offer.address.ip} ${pod.metadata.uid}`, offer);
      byPort.set(key, known);
    }
  }
  return packed([...byPort.values()]);
}

function portsIn(pod: Pod, { spec }: Service): (SubsetPort | undefined)[] {
  const ports = spec.ports ?? [];
  if (ports.length === 0) return spec.clusterIP === 'None' ? [undefined] : [];
  return ports.flatMap((port: ServicePort) => {
    const number = portIn(pod, port);
    return number === undefined ? [] : [subsetPort(port, number)];
  });
}

function subsetPort({ name, protocol = 'TCP', appProtocol }: ServicePort, port: number): SubsetPort {
  return { ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) };
}

function addressOf(pod: Pod, service: Service): EndpointAddress {
  const { namespace = '', name, uid = '' } = pod.metadata;
  const hostname = hostnameOf(pod, service);
  return {
    ip: addressesOf(pod)[0] ?? '',
    ...(hostname ? { hostname } : {}),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** Ports that the same addresses offer, in the same state, share a subset. */
function packed(ports: { port: SubsetPort | undefined; offers: Map<string, Offer> }[]): Subset[] {
  const groups = new Map<string, { ports: SubsetPort[]; offers: Offer[] }>();
  for (const { port, offers } of ports) {
    const sorted = [...offers.values()].sort((a, b) => compare(place(a), place(b)));
    const key = canonicalJson(sorted.map(offer => [place(offer), offer.ready]));
    const group = groups.get(key) ?? { ports: [], offers: sorted };
    if (port) group.ports.push(port);
    groups.set(key, group);
  }
  return [...groups.values()].map(subset).sort((a, b) => compare(canonicalJson(a.ports), canonicalJson(b.ports)));
}

function subset({ ports, offers }: { ports: SubsetPort[]; offers: Offer[] }): Subset {
  const addresses = offers.filter(({ ready }) => ready).map(({ address }) => address);
  const notReadyAddresses = offers.filter(({ ready }) => !ready).map(({ address }) => address);
  return {
    ...(addresses.length > 0 ? { addresses } : {}),
    ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

function place({ address }: Offer): string {
  return `${address.ip} ${address.targetRef?.uid ?? ''}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Cuts down to what one Endpoints object may hold, and says whether it had to. */
export function truncated(subsets: readonly Subset[]): { subsets: Subset[]; isCut: boolean } {
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const notReady = subsets.reduce((sum, { notReadyAddresses = [] }) => sum + notReadyAddresses.length, 0);
  if (ready + notReady <= maxAddresses) return { subsets: [...subsets], isCut: false };
  const cutReady = ready > maxAddresses;
  const room = cutReady ? maxAddresses : maxAddresses - ready;
  let left = room;
  const share = (addresses: EndpointAddress[], total: number) => {
    const kept = addresses.slice(0, Math.min(left, Math.ceil((addresses.length / total) * room)));
    left -= kept.length;
    return kept;
  };
  return {
    isCut: true,
    subsets: subsets.map(({ addresses = [], notReadyAddresses = [], ports }) => {
      const kept = cutReady ? share(addresses, ready) : addresses;
      const keptNotReady = cutReady ? [] : share(notReadyAddresses, notReady);
      return {
        ...(kept.length > 0 ? { addresses: kept } : {}),
        ...(keptNotReady.length > 0 ? { notReadyAddresses: keptNotReady } : {}),
        ...(ports ? { ports } : {}),
      };
    }),
  };
}
