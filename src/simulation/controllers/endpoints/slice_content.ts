import type { EndpointSlice, SliceEndpoint } from '../../../kubernetes/kinds/network.ts';
import type { Node, Pod, Service } from '../../../kubernetes/objects.ts';
import { controllerReference } from '../ownership.ts';
import { isReady } from '../pods.ts';
import { addressesOf, hostnameOf, isHeadless, portIn } from './service_pods.ts';

export type SlicePort = NonNullable<EndpointSlice['ports']>[number];
export type AddressType = 'IPv4' | 'IPv6';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const headlessLabel = 'service.kubernetes.io/headless';
export const sliceController = 'endpointslice-controller.k8s.io';

const reserved = [serviceNameLabel, managedByLabel, headlessLabel];

export function addressTypesOf({ spec }: Service): AddressType[] {
  const families = (spec as { ipFamilies?: AddressType[] }).ipFamilies ?? [];
  if (families.length > 0) return families;
  return [spec.clusterIP?.includes(':') ? 'IPv6' : 'IPv4'];
}

export function slicePortsIn(pod: Pod, { spec }: Service): SlicePort[] {
  return (spec.ports ?? []).flatMap(port => {
    const number = portIn(pod, port);
    const { appProtocol } = port as { appProtocol?: string };
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(appProtocol ? { appProtocol } : {}),
      },
    ];
  });
}

export function endpointOf(pod: Pod, node: Node | undefined, service: Service, type: AddressType): SliceEndpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace = '', name, uid = '' } = pod.metadata;
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  const hostname = hostnameOf(pod, service);
  return {
    addresses: addressesOf(pod).filter(address => address.includes(':') === (type === 'IPv6')),
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  };
}

/** The service's own labels, and those by which a slice is known. */
export function sliceLabels(service: Service): Record<string, string> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([key]) => !reserved.includes(key));
  return {
    ...Object.fromEntries(own),
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    [managedByLabel]: sliceController,
    [serviceNameLabel]: service.metadata.name,
  };
}

export type DraftSlice = Omit<EndpointSlice, 'metadata' | 'endpoints' | 'ports'> & {
  metadata: Partial<EndpointSlice['metadata']>;
  endpoints: SliceEndpoint[];
  ports: SlicePort[];
};

export function emptySlice(service: Service, addressType: AddressType, ports: SlicePort[]): DraftSlice {
  const { namespace = '', name } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    ports,
    endpoints: [],
  };
}

export function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ uid, kind }) => uid === service.metadata.uid && kind === 'Service',
  );
}
