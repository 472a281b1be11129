import type { EndpointSlice, Endpoints, Ingress, NetworkPolicy } from '../../kubernetes/kinds/network.ts';
import type { KubeObject, Namespace, Node, Pod, Service } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { ApiClient } from '../api/client.ts';
import { isOver, isReady } from '../controllers/pods.ts';

/** One pod as the network sees it. */
export interface PodFacts {
  uid: string;
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  ip: string | undefined;
  node: string | undefined;
  ready: boolean;
  /** On its way out, or over. */
  leaving: boolean;
  /** By the names of its containers' ports. */
  ports: ReadonlyMap<string, number>;
  hostname: string | undefined;
  /** Cores that its containers have requested, by their names. */
  cpuRequests: ReadonlyMap<string, number>;
  owner: { kind: string; name: string } | undefined;
}

/** A copy of what traffic goes through, kept up to date by watches: nobody has to ask the API for every connection. */
export interface ClusterView {
  /** Settles when everything that was there is known. */
  ready(): Promise<void>;
  /** Counts the changes that the network may feel. */
  version(): number;
  pods(namespace: string): Iterable<PodFacts>;
  /** What one namespace holds has changed when this has. */
  podsVersion(namespace: string): number;
  podAt(ip: string): PodFacts | undefined;
  service(namespace: string, name: string): Service | undefined;
  serviceAt(clusterIP: string): Service | undefined;
  services(): Iterable<Service>;
  policies(namespace: string): Iterable<NetworkPolicy>;
  ingresses(): Iterable<Ingress>;
  slices(namespace: string, service: string): EndpointSlice[];
  endpoints(namespace: string, name: string): Endpoints | undefined;
  namespaceLabels(name: string): Readonly<Record<string, string>>;
  /** Cores that a node has. */
  coresOfNode(name: string): number | undefined;
  stop(): void;
}

/** Watches nothing until somebody wants to know. */
export function createClusterView(client: ApiClient): ClusterView {
  let version = 0;
  let started: Promise<void> | undefined;
  const stops: (() => void)[] = [];
  const byIP = new Map<string, PodFacts>();
  const byClusterIP = new Map<string, Service>();
  const pods = createShelf<PodFacts>();
  const services = createShelf<Service>();
  const policies = createShelf<NetworkPolicy>();
  const ingresses = createShelf<Ingress>();
  const slices = createShelf<EndpointSlice>();
  const endpoints = createShelf<Endpoints>();
  const namespaces = createShelf<Namespace>();
  const cores = new Map<string, number>();

  function putPod(pod: Pod, gone: boolean): void {
    const { namespace = '', name } = pod.metadata;
    const before = pods.get(namespace, name);
    const facts = factsOf(pod);
    if (before?.ip !== undefined && byIP.get(before.ip)?.uid === before.uid) byIP.delete(before.ip);
    if (gone) pods.delete(namespace, name);
    else pods.put(namespace, name, facts);
    if (!gone && facts.ip !== undefined && !isOver(pod)) byIP.set(facts.ip, facts);
  }

  function putService(service: Service, gone: boolean): void {
    const { namespace = '', name } = service.metadata;
    const before = services.get(namespace, name);
    if (before?.spec.clusterIP !== undefined) byClusterIP.delete(before.spec.clusterIP);
    keep(services)(service, gone);
    if (!gone && service.spec.clusterIP !== undefined) byClusterIP.set(service.spec.clusterIP, service);
  }

  function putNode({ metadata, status }: Node, gone: boolean): void {
    const cpu = parseQuantity(status?.capacity?.['cpu'] ?? '');
    if (gone || cpu === undefined) cores.delete(metadata.name);
    else cores.set(metadata.name, cpu);
  }

  async function follow<T extends KubeObject>(resource: string, put: (object: T, gone: boolean) => void) {
    const seen = new Set<string>();
    const key = ({ metadata }: T) => `${metadata.namespace ?? ''}/${metadata.name}`;
    stops.push(
      client.watch<T>(resource, ({ type, object }) => {
        version += 1;
        seen.add(key(object));
        put(object, type === 'DELETED');
      }),
    );
    // A watch doesn't say when it has told everything; what it told meanwhile is newer than the list.
    const { items } = await client.list<T>(resource);
    for (const object of items) if (!seen.has(key(object))) put(object, false);
  }

  async function start(): Promise<void> {
    const served = new Set((await client.resources()).map(({ name }) => name));
    const watched = [
      follow<Pod>('pods', putPod),
      follow<Service>('services', putService),
      follow<Namespace>('namespaces', keep(namespaces)),
      follow<Node>('nodes', putNode),
    ];
    if (served.has('networkpolicies.networking.k8s.io'))
      watched.push(follow<NetworkPolicy>('networkpolicies.networking.k8s.io', keep(policies)));
    if (served.has('ingresses.networking.k8s.io'))
      watched.push(follow<Ingress>('ingresses.networking.k8s.io', keep(ingresses)));
    if (served.has('endpointslices.discovery.k8s.io'))
      watched.push(follow<EndpointSlice>('endpointslices.discovery.k8s.io', keep(slices)));
    if (served.has('endpoints')) watched.push(follow<Endpoints>('endpoints', keep(endpoints)));
    await Promise.all(watched);
  }

  return {
    ready: () => {
      started ??= start();
      return started;
    },
    version: () => version,
    pods: pods.in,
    podsVersion: pods.version,
    podAt: ip => byIP.get(ip),
    service: services.get,
    serviceAt: ip => byClusterIP.get(ip),
    services: services.all,
    policies: policies.in,
    ingresses: ingresses.all,
    slices: (namespace, service) =>
      [...slices.in(namespace)].filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service),
    endpoints: endpoints.get,
    namespaceLabels: name => ({
      'kubernetes.io/metadata.name': name,
      ...namespaces.get('', name)?.metadata.labels,
    }),
    coresOfNode: name => cores.get(name),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

interface Shelf<T> {
  put(namespace: string, name: string, value: T): void;
  delete(namespace: string, name: string): void;
  get(namespace: string, name: string): T | undefined;
  in(namespace: string): Iterable<T>;
  all(): Iterable<T>;
  version(namespace: string): number;
}

/** Objects by namespace and name. */
function createShelf<T>(): Shelf<T> {
  const byNamespace = new Map<string, Map<string, T>>();
  const versions = new Map<string, number>();
  const boxOf = (namespace: string): Map<string, T> => {
    versions.set(namespace, (versions.get(namespace) ?? 0) + 1);
    const box = byNamespace.get(namespace) ?? new Map<string, T>();
    byNamespace.set(namespace, box);
    return box;
  };
  return {
    put: (namespace, name, value) => void boxOf(namespace).set(name, value),
    delete: (namespace, name) => void boxOf(namespace).delete(name),
    get: (namespace, name) => byNamespace.get(namespace)?.get(name),
    in: namespace => byNamespace.get(namespace)?.values() ?? [],
    *all() {
      for (const box of byNamespace.values()) yield* box.values();
    },
    version: namespace => versions.get(namespace) ?? 0,
  };
}

function keep<T extends KubeObject>(shelf: Shelf<T>): (object: T, gone: boolean) => void {
  return (object, gone) => {
    const { namespace = '', name } = object.metadata;
    if (gone) shelf.delete(namespace, name);
    else shelf.put(namespace, name, object);
  };
}

function factsOf(pod: Pod): PodFacts {
  const { uid = '', namespace = '', name, labels = {}, ownerReferences = [], deletionTimestamp } = pod.metadata;
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const named = containers.flatMap(({ ports = [] }) => ports).filter(port => port.name !== undefined);
  const owner = ownerReferences.find(({ controller }) => controller === true);
  return {
    uid,
    namespace,
    name,
    labels,
    ip: pod.status?.podIP,
    node: pod.spec.nodeName,
    ready: isReady(pod),
    leaving: deletionTimestamp !== undefined || isOver(pod),
    ports: new Map(named.map(port => [port.name ?? '', port.containerPort])),
    cpuRequests: new Map(
      containers.map(({ name: own, resources }) => [own, parseQuantity(resources?.requests?.['cpu'] ?? '') ?? 0]),
    ),
    hostname: (pod.spec as { hostname?: string }).hostname,
    owner: owner && { kind: owner.kind, name: owner.name },
  };
}
