import type { Service } from '../../kubernetes/objects.ts';
import type { ExternalHost, World } from '../programs/world.ts';
import type { ClusterView, PodFacts } from './cluster_view.ts';
import { isAllowed, type Peer } from './policy.ts';
import type { ServiceBook } from './services.ts';

/** What a name stands for. */
export type Destination =
  | { kind: 'service'; service: Service }
  | { kind: 'pods'; pods: PodFacts[] }
  | { kind: 'external'; host: ExternalHost }
  | { kind: 'failed'; why: 'no_such_host' | 'timeout'; error: string };

const dnsAddress = '10.96.0.10';
const dnsLabels = { 'k8s-app': 'kube-dns' };
const zone = ['svc', 'cluster', 'local'];

/** The cluster's DNS, as a pod finds it: with its search list, and only as far as policies let it ask. */
export function createResolver(deps: { view: ClusterView; services: ServiceBook; world: World }) {
  const { view, services, world } = deps;

  function resolve(from: Peer, host: string): Destination {
    if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return destinationAt(host);
    if (from.namespace !== undefined && !canAsk(from))
      return { kind: 'failed', why: 'timeout', error: `dial tcp: lookup ${host}: i/o timeout` };
    return named(from, host.replace(/\.$/, ''));
  }

  function destinationAt(ip: string): Destination {
    const service = view.serviceAt(ip);
    if (service) return { kind: 'service', service };
    const pod = view.podAt(ip);
    if (pod) return { kind: 'pods', pods: [pod] };
    return { kind: 'external', host: world.host(ip) ?? { host: ip, reachable: false } };
  }

  /** Whether questions get to the cluster's DNS: it may have pods of its own, which can be away like any others. */
  function canAsk(from: Peer): boolean {
    const service = view.service('kube-system', 'kube-dns');
    const port = service?.spec.ports?.find(({ port: number }) => number === 53);
    if (service?.spec.selector !== undefined && port) {
      const question = { protocol: 'UDP' as const };
      return services.backends(service, port).some(({ ip, port: number, pod }) => {
        const to = { namespace: pod?.namespace, labels: pod?.labels ?? {}, ip, ...(pod ? { ports: pod.ports } : {}) };
        return isAllowed(view, from, to, { ...question, port: number });
      });
    }
    const dns = { namespace: 'kube-system', labels: dnsLabels, ip: dnsAddress };
    return isAllowed(view, from, dns, { port: 53, protocol: 'UDP' });
  }

  function named(from: Peer, host: string): Destination {
    const inside = from.namespace === undefined ? undefined : inCluster(host.split('.'), from.namespace);
    if (inside) return inside;
    const external = world.host(host);
    if (external) return { kind: 'external', host: external };
    return { kind: 'failed', why: 'no_such_host', error: `dial tcp: lookup ${host}: no such host` };
  }

  /** `catalog`, `catalog.shop`, `catalog.shop.svc`, all of it, or one of these with the name of a pod before it. */
  function inCluster(labels: string[], namespace: string): Destination | undefined {
    const svc = labels.indexOf('svc');
    if (svc >= 0 && labels.slice(svc).some((label, i) => label !== zone[i])) return undefined;
    const own = svc >= 0 ? labels.slice(0, svc) : labels;
    const [a = '', b, c] = own;
    if (svc < 0 && own.length === 1) return found(namespace, a);
    if (own.length === 2 && b !== undefined) return found(b, a) ?? (svc < 0 ? foundPod(namespace, b, a) : undefined);
    return own.length === 3 && b !== undefined && c !== undefined ? foundPod(c, b, a) : undefined;
  }

  function found(namespace: string, name: string): Destination | undefined {
    const service = view.service(namespace, name);
    if (!service) return undefined;
    const { type, externalName = '', clusterIP } = service.spec;
    if (type === 'ExternalName') return named({ namespace, labels: {}, ip: undefined }, externalName);
    if (clusterIP !== 'None') return { kind: 'service', service };
    const pods = podsOf(service);
    if (pods.length > 0) return { kind: 'pods', pods };
    return { kind: 'failed', why: 'no_such_host', error: `dial tcp: lookup ${name}.${namespace}.svc: no such host` };
  }

  /** A headless service is a name for its ready pods. */
  function podsOf(service: Service): PodFacts[] {
    const shown = ({ ready, leaving }: PodFacts) =>
      service.spec.publishNotReadyAddresses === true || (ready && !leaving);
    return services.selected(service).filter(shown);
  }

  function foundPod(namespace: string, name: string, pod: string): Destination | undefined {
    const service = view.service(namespace, name);
    if (service?.spec.clusterIP !== 'None') return undefined;
    const one = podsOf(service).find(({ name: own, hostname }) => (hostname ?? own) === pod);
    return one && { kind: 'pods', pods: [one] };
  }

  return resolve;
}
