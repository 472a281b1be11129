import type { EndpointSlice, Endpoints, Ingress, NetworkPolicy } from '../../../kubernetes/kinds/network.ts';
import type { KubeObject } from '../../../kubernetes/objects.ts';

export function defaultNetworkPolicy({ spec }: NetworkPolicy): void {
  spec.podSelector ??= {};
  if (!spec.policyTypes?.length) spec.policyTypes = ['Ingress', ...(spec.egress?.length ? (['Egress'] as const) : [])];
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
  }
}

export function defaultIngress(ingress: Ingress): void {
  ingress.status ??= { loadBalancer: {} };
  ingress.status.loadBalancer ??= {};
}

export function defaultIngressClass({ spec }: KubeObject & { spec?: { parameters?: { scope?: string } } }): void {
  if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
}

/** Lists without anything in them come back as null. */
export function defaultEndpointSlice(slice: EndpointSlice): void {
  if (!slice.endpoints?.length) slice.endpoints = null;
  if (!slice.ports?.length) slice.ports = null;
  for (const port of slice.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}

export function defaultEndpoints({ subsets = [] }: Endpoints): void {
  for (const { ports = [] } of subsets) for (const port of ports) port.protocol ??= 'TCP';
}
