import type { Pod, Service } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import { isReady } from '../controllers/pods.ts';
import type { World } from '../programs/world.ts';

export interface Endpoint {
  host: string;
  port: number;
}

/** What a client would be told when it connects; `undefined` when it gets through. */
export type ConnectionError = string | undefined;

const portOfScheme: Record<string, number> = {
  http: 80,
  https: 443,
  postgres: 5432,
  redis: 6379,
  amqp: 5672,
  mysql: 3306,
};

/** `redis://cache.shop.svc:6379/0`, `catalog:8080`, `https://payments.example`. */
export function parseAddress(address: string): Endpoint {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^@/]*@)?([^:/?]+)(?::(\d+))?/i.exec(address);
  const port = match?.[3] === undefined ? (portOfScheme[match?.[1]?.toLowerCase() ?? ''] ?? 80) : Number(match[3]);
  return { host: match?.[2] ?? address, port };
}

/** Tries to connect from a pod of `namespace`, by a Service's name or to a host outside the cluster. */
export async function connect(
  { client, world }: { client: ApiClient; world: World },
  { host, port }: Endpoint,
  namespace: string,
): Promise<ConnectionError> {
  const [name = '', scope = namespace, ...rest] = host.split('.');
  const mayBeService = rest.length === 0 || rest[0] === 'svc';
  const service = mayBeService ? await client.get<Service>('services', name, scope) : undefined;
  if (service) return connectToService({ client, world }, service, port);
  const external = world.host(host);
  if (!external) return `dial tcp: lookup ${host}: no such host`;
  return external.reachable ? undefined : `dial tcp ${host}:${port}: i/o timeout`;
}

async function connectToService(
  { client, world }: { client: ApiClient; world: World },
  { spec, metadata }: Service,
  port: number,
): Promise<ConnectionError> {
  const { namespace = '' } = metadata;
  const target = `dial tcp ${spec.clusterIP ?? metadata.name}:${port}`;
  const servicePort = spec.ports?.find(one => one.port === port);
  if (!servicePort) return `${target}: i/o timeout`;
  const labelSelector = Object.entries(spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = labelSelector === '' ? { items: [] } : await client.list<Pod>('pods', { namespace, labelSelector });
  const backends = items.filter(pod => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
  const answers = backends.some(pod => {
    const podPort = portOfPod(pod, servicePort.targetPort ?? servicePort.port);
    const sockets = world.sockets.get(pod.status?.podIP ?? '') ?? [];
    return podPort !== undefined && sockets.some(socket => socket(podPort).kind === 'accepted');
  });
  return answers ? undefined : `${target}: connect: connection refused`;
}

function portOfPod(pod: Pod, port: number | string): number | undefined {
  if (typeof port === 'number') return port;
  return pod.spec.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === port)?.containerPort;
}
