import type { Service } from '../../kubernetes/objects.ts';
import type { ClusterView, PodFacts } from './cluster_view.ts';

/** Where connections to a service end: an address and a port, mostly of a pod. */
export interface Backend {
  ip: string;
  port: number;
  pod: PodFacts | undefined;
}

type ServicePort = NonNullable<Service['spec']['ports']>[number];

export interface ServiceBook {
  /** Those that get connections to this port of a service: the ready ones. */
  backends(service: Service, port: ServicePort): Backend[];
  /** Pods that a service selects, whether they are ready or not. */
  selected(service: Service): readonly PodFacts[];
  /** The name of the first service that leads to this port of a pod. */
  serviceOf(pod: PodFacts, port: number): string | undefined;
}

/** Knows which pods stand behind which service, and works it out again only when pods of the namespace change. */
export function createServiceBook(view: ClusterView): ServiceBook {
  const known = new Map<string, { at: number; selector: string; pods: PodFacts[] }>();
  const names = new Map<string, { at: number; name: string | undefined }>();

  function selected(service: Service): readonly PodFacts[] {
    const { namespace = '', name } = service.metadata;
    const selector = Object.entries(service.spec.selector ?? {});
    const key = `${namespace}/${name}`;
    const text = JSON.stringify(selector);
    const at = view.podsVersion(namespace);
    const last = known.get(key);
    if (last?.at === at && last.selector === text) return last.pods;
    const fits = ({ labels, ip }: PodFacts) => ip !== undefined && selector.every(([k, v]) => labels[k] === v);
    const pods = selector.length === 0 ? [] : [...view.pods(namespace)].filter(fits);
    known.set(key, { at, selector: text, pods });
    return pods;
  }

  function backends(service: Service, port: ServicePort): Backend[] {
    if (service.spec.selector === undefined || Object.keys(service.spec.selector).length === 0)
      return writtenBackends(view, service, port);
    const all = selected(service).flatMap(pod => {
      const target = targetPort(pod, port);
      return target === undefined ? [] : [{ ip: pod.ip ?? '', port: target, pod }];
    });
    const isReady = ({ pod }: Backend) => pod?.ready === true || service.spec.publishNotReadyAddresses === true;
    const serving = all.filter(one => isReady(one) && one.pod?.leaving !== true);
    // Those that are stopping get connections only when there is nobody else.
    return serving.length > 0 ? serving : all.filter(({ pod }) => pod?.ready === true);
  }

  function findService(pod: PodFacts, port: number): string | undefined {
    for (const service of view.services()) {
      const { namespace, name } = service.metadata;
      const { selector = {}, ports = [] } = service.spec;
      const pairs = Object.entries(selector);
      if (namespace !== pod.namespace || pairs.length === 0) continue;
      if (!pairs.every(([key, value]) => pod.labels[key] === value)) continue;
      if (ports.some(one => targetPort(pod, one) === port)) return name;
    }
    return undefined;
  }

  return {
    backends,
    selected,
    serviceOf(pod, port) {
      const key = `${pod.uid}:${port}`;
      const at = view.version();
      const last = names.get(key);
      if (last?.at === at) return last.name;
      if (names.size > 10_000) names.clear();
      const name = findService(pod, port);
      names.set(key, { at, name });
      return name;
    },
  };
}

/** A pod that doesn't have a port of that name isn't behind the service's port at all. */
function targetPort(pod: PodFacts, { port, targetPort: target = port }: ServicePort): number | undefined {
  return typeof target === 'number' ? target : pod.ports.get(target);
}

/** A service without a selector leads where somebody has written that it does. */
function writtenBackends(view: ClusterView, service: Service, port: ServicePort): Backend[] {
  const { namespace = '', name } = service.metadata;
  const at = (ip: string, number: number) => ({ ip, port: number, pod: view.podAt(ip) });
  const slices = view.slices(namespace, name);
  const isPort = (one: { name?: string }) => (one.name ?? '') === (port.name ?? '');
  if (slices.length > 0) {
    return slices.flatMap(({ endpoints, ports }) => {
      const number = (ports ?? []).find(isPort)?.port;
      if (number === undefined) return [];
      const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
      return ready.flatMap(({ addresses }) => addresses).map(ip => at(ip, number));
    });
  }
  return (view.endpoints(namespace, name)?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const number = ports.find(isPort)?.port;
    return number === undefined ? [] : addresses.map(({ ip }) => at(ip, number));
  });
}
