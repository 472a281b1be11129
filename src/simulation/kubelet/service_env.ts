import type { Pod, Service } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';

/** The variables that tell a container about services: of its own namespace, and about the API server always. */
export async function serviceVariables(client: ApiClient, { metadata, spec }: Pod): Promise<Record<string, string>> {
  const { namespace = '' } = metadata;
  const master = await client.get<Service>('services', 'kubernetes', 'default');
  const linked = spec.enableServiceLinks === false ? [] : (await client.list<Service>('services', { namespace })).items;
  const services = [...(master && !linked.some(isMaster) ? [master] : []), ...linked];
  return Object.fromEntries(services.flatMap(variablesOf));
}

function isMaster({ metadata }: Service): boolean {
  return metadata.name === 'kubernetes' && metadata.namespace === 'default';
}

function variablesOf({ metadata, spec }: Service): [string, string][] {
  const { clusterIP, ports = [] } = spec;
  const [first] = ports;
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || !first) return [];
  const prefix = nameOf(metadata.name);
  const variables: [string, string][] = [
    [`${prefix}_SERVICE_HOST`, clusterIP],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
  ];
  for (const { name, port } of ports)
    if (name) variables.push([`${prefix}_SERVICE_PORT_${nameOf(name)}`, String(port)]);
  for (const [index, { port, protocol = 'TCP' }] of ports.entries()) {
    const lower = protocol.toLowerCase();
    const url = `${lower}://${clusterIP}:${port}`;
    const own = `${prefix}_PORT_${port}_${protocol}`;
    if (index === 0) variables.push([`${prefix}_PORT`, url]);
    variables.push([own, url], [`${own}_PROTO`, lower], [`${own}_PORT`, String(port)], [`${own}_ADDR`, clusterIP]);
  }
  return variables;
}

function nameOf(text: string): string {
  return text.toUpperCase().replaceAll('-', '_');
}
