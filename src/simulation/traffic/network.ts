import type { Service } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import type { ExternalHost, Running, World } from '../programs/world.ts';
import type { Address } from './address.ts';
import { type ClusterView, createClusterView, type PodFacts } from './cluster_view.ts';
import { createResolver, type Destination } from './names.ts';
import { isAllowed, type Peer } from './policy.ts';
import { type Backend, createServiceBook, type ServiceBook } from './services.ts';

/** What a client would be told when it connects; `undefined` when it gets through. */
export type ConnectionError = string | undefined;

/** Where a connection ends, when it is tried again and again: each of these gets an equal share. */
export interface Reach {
  /** As Go names it in an error: `dial tcp 10.96.0.20:8080`. */
  target: string;
  ends: End[];
}

export type End =
  | { kind: 'no_such_host' | 'timeout' | 'refused'; error: string }
  | { kind: 'external'; host: ExternalHost }
  | { kind: 'container'; running: Running; pod: PodFacts; port: number };

/** The way from a program to whoever answers: names, services, policies and what really listens. */
export interface Network {
  /** Settles when the network knows what is in the cluster. */
  ready(): Promise<void>;
  connect(from: Peer, address: Address): Promise<ConnectionError>;
  reach(from: Peer, address: Address): Reach;
  /** To one port of a service, from wherever its clients come. */
  reachService(from: Peer, service: Service, port: number): Reach;
  view: ClusterView;
  services: ServiceBook;
  stop(): void;
}

export function createNetwork({ client, world }: { client: ApiClient; world: World }): Network {
  const view = createClusterView(client);
  const services = createServiceBook(view);
  const resolve = createResolver({ view, services, world });

  function endAt(from: Peer, { ip, port, pod }: Backend, target: string): End {
    const to: Peer = pod ? peerOf(pod) : { namespace: undefined, labels: {}, ip };
    if (!isAllowed(view, from, to, { port, protocol: 'TCP' }))
      return { kind: 'timeout', error: `${target}: i/o timeout` };
    const running = world.running.get(ip)?.find(one => one.socket(port).kind === 'accepted');
    if (running && pod) return { kind: 'container', running, pod, port };
    const known = pod !== undefined || world.running.has(ip);
    return known
      ? { kind: 'refused', error: `${target}: connect: connection refused` }
      : { kind: 'timeout', error: `${target}: i/o timeout` };
  }

  function reachService(from: Peer, service: Service, port: number): Reach {
    const target = `dial tcp ${service.spec.clusterIP ?? service.metadata.name}:${port}`;
    const servicePort = service.spec.ports?.find(one => one.port === port);
    if (!servicePort) return { target, ends: [{ kind: 'timeout', error: `${target}: i/o timeout` }] };
    const backends = services.backends(service, servicePort);
    // The rules of a service without endpoints refuse at once.
    if (backends.length === 0)
      return { target, ends: [{ kind: 'refused', error: `${target}: connect: connection refused` }] };
    return { target, ends: backends.map(backend => endAt(from, backend, target)) };
  }

  function reachHost(from: Peer, host: ExternalHost, port: number): Reach {
    const target = `dial tcp ${host.host}:${port}`;
    const outside = { namespace: undefined, labels: {}, ip: outsideIP };
    const open = host.reachable && isAllowed(view, from, outside, { port, protocol: 'TCP' });
    return { target, ends: [open ? { kind: 'external', host } : { kind: 'timeout', error: `${target}: i/o timeout` }] };
  }

  function follow(from: Peer, destination: Destination, port: number): Reach {
    if (destination.kind === 'failed') {
      const { why, error } = destination;
      return { target: 'dial tcp', ends: [{ kind: why, error }] };
    }
    if (destination.kind === 'service') return reachService(from, destination.service, port);
    if (destination.kind === 'external') return reachHost(from, destination.host, port);
    const [first] = destination.pods;
    const target = `dial tcp ${first?.ip ?? ''}:${port}`;
    return { target, ends: destination.pods.map(pod => endAt(from, { ip: pod.ip ?? '', port, pod }, target)) };
  }

  function reach(from: Peer, { host, port }: Address): Reach {
    return follow(from, resolve(from, host), port);
  }

  return {
    view,
    services,
    ready: view.ready,
    reach,
    reachService,
    async connect(from, address) {
      await view.ready();
      const pod = from.ip === undefined ? undefined : view.podAt(from.ip);
      return errorOf(reach(pod ? peerOf(pod) : from, address).ends);
    },
    stop: view.stop,
  };
}

/** A client that tries again gets through when anybody answers; otherwise it is told what the first attempt met. */
function errorOf(ends: readonly End[]): ConnectionError {
  for (const end of ends) if (end.kind === 'container' || end.kind === 'external') return undefined;
  const [first] = ends;
  return first && 'error' in first ? first.error : undefined;
}

/** An address of the internet, for rules that name ranges. */
const outsideIP = '203.0.113.10';

export function peerOf({ namespace, labels, ip, ports }: PodFacts): Peer {
  return { namespace, labels, ip, ports };
}
