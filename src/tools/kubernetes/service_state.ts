import { z } from 'zod';
import type { EndpointSlice } from '../../kubernetes/kinds/network.ts';
import type { Pod, Service } from '../../kubernetes/objects.ts';
import { enumerate, plural } from './answer.ts';
import { labelText } from './closest_labels.ts';
import { isHealthy } from './pod_groups.ts';
import { portMappings } from './service_ports.ts';
import { ownerOf } from './subject.ts';

/** What can be said of a service in a word. */
export const ServiceState = z.enum([
  'serving',
  'partly',
  'no_pod_matches',
  'pods_not_ready',
  'port_missing',
  'no_endpoints',
  'external',
]);
export type ServiceState = z.infer<typeof ServiceState>;

export interface ServiceFacts {
  service: Service;
  /** Those that the selector matches. */
  pods: Pod[];
  endpoints: { ready: number; notReady: number };
}

/** An endpoint that is leaving gets no new connections. */
export function countEndpoints({ spec }: Service, slices: readonly EndpointSlice[]): ServiceFacts['endpoints'] {
  const found = new Map<string, boolean>();
  for (const { endpoints, ports } of slices) {
    // Pods that have none of the service's ports lie in a slice without ports.
    if (spec.ports?.length && !ports?.length) continue;
    for (const { addresses, conditions, targetRef } of endpoints ?? [])
      found.set(targetRef?.uid ?? targetRef?.name ?? addresses.join(), conditions?.ready !== false);
  }
  const ready = [...found.values()].filter(Boolean).length;
  return { ready, notReady: found.size - ready };
}

export function serviceState({ service, pods, endpoints }: ServiceFacts): ServiceState {
  if (service.spec.type === 'ExternalName') return 'external';
  if (!hasSelector(service)) return endpoints.ready > 0 ? 'serving' : 'no_endpoints';
  if (pods.length === 0) return 'no_pod_matches';
  const ports = portMappings(service, pods);
  if (ports.length > 0 && ports.every(({ broken }) => broken === 'name on no container')) return 'port_missing';
  if (endpoints.ready === 0) return pods.some(isHealthy) ? 'no_endpoints' : 'pods_not_ready';
  // One port of several that none declares may well be served; when that is true of all of them, something is wrong.
  const wrong = ports.some(({ broken }) => broken === 'name on no container') || ports.every(({ broken }) => broken);
  return endpoints.notReady > 0 || (ports.length > 0 && wrong) ? 'partly' : 'serving';
}

function hasSelector({ spec }: Service): boolean {
  return Object.keys(spec.selector ?? {}).length > 0;
}

export function serviceVerdict({ service, pods, endpoints }: ServiceFacts, state: ServiceState): string {
  const { metadata, spec } = service;
  const title = `Service ${metadata.namespace}/${metadata.name}`;
  const count = `${endpoints.ready} of ${plural(endpoints.ready + endpoints.notReady, 'endpoint')} ready`;
  const selector = labelText(spec.selector ?? {});
  switch (state) {
    case 'external':
      return `${title} is a name for ${spec.externalName ?? 'nothing'} (ExternalName): DNS answers with that, no pods are behind it.`;
    case 'no_pod_matches':
      return `${title} leads NOWHERE: its selector ${selector} matches no pod.`;
    case 'port_missing':
      return `${title} leads NOWHERE: its target port is the name of no port of its ${plural(pods.length, 'pod')}.`;
    case 'pods_not_ready':
      return `${title} has NO ready endpoint: its selector ${selector} matches ${plural(pods.length, 'pod')}, none of them ready.`;
    case 'no_endpoints':
      if (!hasSelector(service))
        return `${title} has no selector, and ${count}: its endpoints are made by somebody else.`;
      return `${title} has NO ready endpoint although pods of it are ready: nothing has updated its endpoints.`;
    case 'partly': {
      const trouble =
        endpoints.notReady > 0 ? 'with trouble' : 'but a port of it leads where no container says that it listens';
      return `${title}: ${count}, ${trouble}; its selector ${selector} matches ${plural(pods.length, 'pod')}.`;
    }
    default:
      return hasSelector(service)
        ? `${title} is served: ${count}, of ${enumerate([...new Set(pods.map(pod => ownerOf(pod).text))], 3)} (${selector}).`
        : `${title} is served: ${count}, made by somebody else, as it has no selector.`;
  }
}
