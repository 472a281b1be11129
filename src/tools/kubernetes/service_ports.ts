import type { Container, Pod, Service } from '../../kubernetes/objects.ts';
import { enumerate } from './answer.ts';

type ServicePort = NonNullable<Service['spec']['ports']>[number];

export interface PortMapping {
  line: string;
  /** No container has what the port leads to. A number that none declares may be served all the same. */
  broken: 'name on no container' | 'undeclared number' | undefined;
}

/** Where each port of a service leads, in the containers of its pods. */
export function portMappings({ spec }: Service, pods: readonly Pod[]): PortMapping[] {
  return (spec.ports ?? []).map(port => mappingOf(port, pods));
}

function mappingOf(port: ServicePort, pods: readonly Pod[]): PortMapping {
  const { targetPort = port.port, protocol = 'TCP', name, nodePort } = port;
  const title = `port ${port.port}${name ? ` (${name})` : ''}${protocol === 'TCP' ? '' : `/${protocol}`}${nodePort ? `, on nodes ${nodePort}` : ''}`;
  const leads = (to: string, broken?: PortMapping['broken']): PortMapping => ({ line: `${title} -> ${to}`, broken });
  if (pods.length === 0) return leads(`${typeof targetPort === 'string' ? 'the port named ' : ''}${targetPort}`);
  const found = declaredPorts(pods).filter(
    each => each.protocol === protocol && (each.name === targetPort || each.port === targetPort),
  );
  const places = [...new Set(found.map(each => `${each.container}:${each.port}`))];
  if (typeof targetPort === 'number') {
    if (places.length > 0) return leads(enumerate(places, 3));
    const declared = declaredText(pods);
    const but = declared === 'none' ? '' : `; NO container declares it, they declare ${declared}`;
    return leads(`${targetPort}${but}`, but === '' ? undefined : 'undeclared number');
  }
  if (places.length > 0) return leads(`${targetPort}, which is ${enumerate(places, 3)}`);
  return leads(
    `"${targetPort}", a name that NO container has: they declare ${declaredText(pods)}`,
    'name on no container',
  );
}

interface DeclaredPort {
  container: string;
  name: string | undefined;
  port: number;
  protocol: string;
}

function declaredPorts(pods: readonly Pod[]): DeclaredPort[] {
  return pods.flatMap(({ spec }) => [...spec.containers, ...sidecars(spec.initContainers)].flatMap(portsOf));
}

function sidecars(initContainers: Container[] = []): Container[] {
  return initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
}

function portsOf({ name: container, ports = [] }: Container): DeclaredPort[] {
  return ports.map(({ name, containerPort, protocol = 'TCP' }) => ({ container, name, port: containerPort, protocol }));
}

function declaredText(pods: readonly Pod[]): string {
  const texts = declaredPorts(pods).map(
    ({ container, name, port }) => `${container}:${port}${name ? ` (${name})` : ''}`,
  );
  return enumerate([...new Set(texts)], 6) || 'none';
}
