import type { Pod, Service } from '../../../kubernetes/objects.ts';
import { isOver, isReady } from '../pods.ts';

export type ServicePort = NonNullable<Service['spec']['ports']>[number] & { appProtocol?: string };

type NamedPodSpec = Pod['spec'] & { hostname?: string; subdomain?: string };

/** A service without a selector gets no endpoints from us: somebody else writes them. */
export function choosesPods({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && spec.selector !== undefined;
}

export function choosesPod({ spec }: Service, pod: Pod): boolean {
  const labels = pod.metadata.labels ?? {};
  return Object.entries(spec.selector ?? {}).every(([key, value]) => labels[key] === value);
}

/** Whether a pod is among the endpoints at all, ready or not. */
export function belongsInEndpoints(pod: Pod, includeTerminating: boolean): boolean {
  if (isOver(pod) || addressesOf(pod).length === 0) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

export function addressesOf({ status }: Pod): string[] {
  const many = (status as { podIPs?: { ip?: string }[] } | undefined)?.podIPs ?? [];
  const addresses = many.flatMap(({ ip }) => (ip ? [ip] : []));
  return addresses.length === 0 && status?.podIP ? [status.podIP] : addresses;
}

export function isHeadless({ spec }: Service): boolean {
  return spec.clusterIP === 'None' || !spec.clusterIP;
}

/** The name by which a pod of a stateful set is found within its service. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec as NamedPodSpec;
  return hostname && subdomain === service.metadata.name ? hostname : undefined;
}

/** Where a port of the service leads in this pod; `undefined` when the pod names no such port. */
export function portIn(pod: Pod, { port, targetPort = port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter(
    container => (container as { restartPolicy?: string }).restartPolicy === 'Always',
  );
  return [...pod.spec.containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find(one => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** Everything about a pod that endpoints depend on, as one text: while it stays the same, so do they. */
export function endpointState(pod: Pod): string {
  const { metadata, spec } = pod;
  const { hostname, subdomain } = spec as NamedPodSpec;
  const going = metadata.deletionTimestamp !== undefined;
  return JSON.stringify([
    metadata.uid,
    spec.nodeName,
    hostname,
    subdomain,
    addressesOf(pod),
    isReady(pod),
    isOver(pod),
    going,
  ]);
}
