import type { Ingress, NetworkPolicy } from '../../../src/kubernetes/kinds/network.ts';
import type { Container, Deployment, Service } from '../../../src/kubernetes/objects.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import { TrafficSource } from '../../../src/simulation/traffic/source.ts';
import { startTraffic } from '../../../src/simulation/traffic/traffic.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';

/** A bakery: a shop window that asks the oven for every order, and the oven asks a mill outside. */
type Behaviour = NonNullable<ProgramInput['behaviour']>;

export interface Bakery extends TestCluster {
  traffic: ReturnType<typeof startTraffic>;
  /** The share of orders that come out well, after some time. */
  okShare(source?: string): number;
}

const everything = [{ path: '/' }, { path: '/healthz' }];

export function programNamed(name: string, behaviour: Behaviour = {}): ProgramInput {
  return {
    name,
    image: { repository: `registry.example/${name}`, tags: ['1', '2'] },
    entrypoint: `/${name}`,
    behaviour: { startsIn: 0.5, listens: [{ port: 8080, http: everything }], memory: { base: '32Mi' }, ...behaviour },
  };
}

export const oven = (more: Behaviour = {}): ProgramInput =>
  programNamed('oven', { requests: { latency: 0.05, cpu: '2m' }, ...more });

export const window = (more: Partial<NonNullable<Behaviour['dependsOn']>[number]> = {}): ProgramInput =>
  programNamed('window', {
    requests: { latency: 0.01, cpu: '1m' },
    dependsOn: [{ address: 'http://oven:8080', whenMissing: 'log', calls: 1, timeout: 2, ...more }],
  });

export function deployed(name: string, replicas = 2, more: Partial<Container> = {}): Deployment {
  const container = {
    name: 'main',
    image: `registry.example/${name}:1`,
    ports: [{ name: 'http', containerPort: 8080 }],
    resources: { limits: { memory: '128Mi' } },
    readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 2 },
    ...more,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
    },
  };
}

export function service(name: string, more: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 8080, targetPort: 'http' }], ...more },
  };
}

export function policy(name: string, spec: NetworkPolicy['spec']): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'default' },
    spec: { podSelector: {}, ...spec },
  };
}

export function ingress(more: Partial<Ingress['spec']> = {}): Ingress {
  const backend = { service: { name: 'window', port: { number: 8080 } } };
  const rule = { host: 'bakery.example', http: { paths: [{ path: '/', pathType: 'Prefix' as const, backend }] } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'bakery', namespace: 'default' },
    spec: { rules: [rule], ...more },
  };
}

export const customers = { name: 'customers', to: 'http://bakery.example/', requestsPerSecond: 20 };
export const baker = {
  name: 'baker',
  from: 'Deployment default/window',
  to: 'http://oven:8080/',
  requestsPerSecond: 20,
};

/** Opens with customers from outside through an Ingress, unless other sources are given. */
export async function openBakery(
  options: {
    programs?: ProgramInput[];
    deployments?: Deployment[];
    services?: Service[];
    sources?: Parameters<typeof TrafficSource.parse>[0][];
    hosts?: Parameters<typeof createTestCluster>[0]['hosts'];
  } = {},
): Promise<Bakery> {
  const { programs = [window(), oven()], sources = [customers], hosts = [] } = options;
  const cluster = await createTestCluster({ programs, hosts });
  const traffic = startTraffic({
    ...cluster,
    sources: sources.map(source => TrafficSource.parse(source)),
  });
  for (const one of options.deployments ?? [deployed('window'), deployed('oven')]) await cluster.apply(one);
  for (const one of options.services ?? [service('window'), service('oven')]) await cluster.apply(one);
  await cluster.client.create('ingresses.networking.k8s.io', ingress());
  return {
    ...cluster,
    traffic,
    okShare: (source = sources.length > 0 ? (sources[0] as { name: string }).name : '') =>
      traffic.sources().find(({ name }) => name === source)?.okShare ?? -1,
    stop() {
      traffic.stop();
      cluster.stop();
    },
  };
}
