import type { ConfigMap, KubeObject, Service } from '../../../kubernetes/objects.ts';
import { ageColumn, type Column, column, labelsText, nameColumn, orNone, wide } from './column.ts';

type FullService = Omit<Service, 'spec'> & {
  spec: Omit<Service['spec'], 'ports'> & {
    externalIPs?: string[];
    externalName?: string;
    ports?: { port: number; protocol?: string; nodePort?: number }[];
  };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
};

type Secret = KubeObject & { type?: string; data?: object };

type Endpoints = KubeObject & { subsets?: { addresses?: { ip?: string }[]; ports?: { port?: number }[] }[] };

export const configurationColumns = {
  services: [
    nameColumn,
    column<FullService>('Type', service => service.spec.type ?? 'ClusterIP'),
    column<FullService>('Cluster-IP', service => orNone(service.spec.clusterIP)),
    column<FullService>('External-IP', externalText),
    column<FullService>('Port(s)', portsText),
    ageColumn,
    wide<FullService>('Selector', service => labelsText(service.spec.selector)),
  ],
  configMaps: [
    nameColumn,
    column<ConfigMap & { binaryData?: object }>('Data', map => sizeOf(map.data) + sizeOf(map.binaryData)),
    ageColumn,
  ],
  secrets: [
    nameColumn,
    column<Secret>('Type', secret => secret.type ?? 'Opaque'),
    column<Secret>('Data', secret => sizeOf(secret.data)),
    ageColumn,
  ],
  endpoints: [nameColumn, column<Endpoints>('Endpoints', endpointsText), ageColumn],
} as const satisfies Record<string, readonly Column<never>[]>;

function sizeOf(data: object | undefined): number {
  return Object.keys(data ?? {}).length;
}

function externalText(service: FullService): string {
  if (service.spec.type === 'ExternalName') return orNone(service.spec.externalName);
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const addresses = [...ingress.map(({ ip, hostname }) => ip ?? hostname ?? ''), ...(service.spec.externalIPs ?? [])];
  return addresses.join(',') || (service.spec.type === 'LoadBalancer' ? '<pending>' : '<none>');
}

function portsText(service: FullService): string {
  const ports = (service.spec.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return orNone(ports.join(','));
}

function endpointsText(endpoints: Endpoints): string {
  const all = (endpoints.subsets ?? []).flatMap(({ addresses, ports }) =>
    (addresses ?? []).flatMap(({ ip }) => (ports?.length ? ports.map(({ port }) => `${ip}:${port}`) : [ip ?? ''])),
  );
  const more = all.length > 3 ? ` + ${all.length - 3} more...` : '';
  return orNone(all.slice(0, 3).join(',') + more);
}
