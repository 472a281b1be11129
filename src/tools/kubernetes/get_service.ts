import { z } from 'zod';
import type { EndpointSlice, Ingress } from '../../kubernetes/kinds/network.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, Pod, Service } from '../../kubernetes/objects.ts';
import { selectorText } from '../../kubernetes/workload.ts';
import { type Answer, age, enumerate } from './answer.ts';
import { closestLabels } from './closest_labels.ts';
import { troubleLines } from './pod_trouble.ts';
import { portMappings } from './service_ports.ts';
import { countEndpoints, ServiceState, serviceState, serviceVerdict } from './service_state.ts';
import { ingressLines } from './service_ways.ts';
import { bareName, closestFirst, missingNamespace, mostPods } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';
import { writersOf } from './writers.ts';

const Facts = z.object({
  type: z.string(),
  state: ServiceState,
  pods: z.number(),
  ready: z.number(),
  not_ready: z.number(),
  ingresses: z.number(),
});
type Facts = z.infer<typeof Facts>;

export const getService = defineTool({
  name: 'get_service',
  description: 'Shows where a Service leads: ports, ready endpoints, and why it has none.',
  input: z.object({ namespace: z.string(), name: z.string() }),
  facts: Facts,
  aliases: { service: 'name', service_name: 'name', svc: 'name' },
  answer: ({ namespace, name }, senses) => serviceAnswer(namespace, bareName(name), senses),
});

async function serviceAnswer(namespace: string, name: string, senses: Senses): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const cached = { namespace, fromCache: true };
  const [service, slices, ingresses] = await Promise.all([
    cluster.get<Service>({ ...kinds.service, namespace, name }, signal),
    cluster.list<EndpointSlice>(
      kinds.endpointSlice,
      { namespace, labelSelector: `kubernetes.io/service-name=${name}` },
      signal,
    ),
    cluster.list<Ingress>(kinds.ingress, { ...cached, limit: 500 }, signal),
  ]);
  if (!service) return noService(namespace, name, senses);
  const pods = await selectedPods(namespace, service, senses);
  const around = { service, pods, endpoints: countEndpoints(service, slices.items) };
  const ways = ingressLines(service, ingresses.items);
  const state = serviceState(around);
  const why = state === 'no_pod_matches' ? await whyNoPod(namespace, service, senses) : troubleLines(pods, clock.now());
  const ports = portMappings(service, pods).map(({ line }) => line);
  return {
    facts: {
      type: service.spec.type ?? 'ClusterIP',
      state,
      pods: pods.length,
      ready: around.endpoints.ready,
      not_ready: around.endpoints.notReady,
      ingresses: ways.length,
    },
    head: [serviceVerdict(around, state)],
    body: [...why, ...(ports.length > 0 ? [`Ports: ${ports.join('; ')}.`] : []), aboutIt(service), ...ways.slice(0, 8)],
  };
}

async function selectedPods(namespace: string, { spec }: Service, { cluster, signal }: Senses): Promise<Pod[]> {
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) return [];
  const query = { namespace, labelSelector: selectorText({ matchLabels: selector }), limit: mostPods };
  const { items } = await cluster.list<Pod>(kinds.pod, query, signal);
  return items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
}

/** Who else could have been meant: pods whose labels come close, or a workload that has no pods now. */
async function whyNoPod(namespace: string, service: Service, senses: Senses): Promise<string[]> {
  const { cluster, clock, signal } = senses;
  const query = { namespace, fromCache: true };
  const [pods, deployments, sets] = await Promise.all([
    cluster.list<Pod>(kinds.pod, { ...query, limit: mostPods }, signal),
    cluster.list<Deployment>(kinds.deployment, { ...query, limit: 500 }, signal),
    cluster.list<Deployment>(kinds.statefulSet, { ...query, limit: 500 }, signal),
  ]);
  const wanted = Object.entries(service.spec.selector ?? {});
  const matching = (items: Deployment[]) =>
    items.filter(({ spec: { template } }) =>
      wanted.every(([key, value]) => template.metadata?.labels?.[key] === value),
    );
  const without = [
    ...matching(deployments.items).map(item => ({ item, kind: 'Deployment' })),
    ...matching(sets.items).map(item => ({ item, kind: 'StatefulSet' })),
  ];
  const [writer] = writersOf(service, ['spec', 'selector']);
  return [
    ...without.map(
      ({ item, kind }) =>
        `${kind} ${item.metadata.name} would match, but has no pods: it wants ${item.spec.replicas ?? 1}.`,
    ),
    ...(without.length > 0 ? [] : closestLabels(service.spec.selector ?? {}, pods.items)),
    ...(writer
      ? [`Its selector was written by ${writer.name}, whose last change here was ${age(writer.time, clock.now())} ago.`]
      : []),
  ];
}

function aboutIt({ spec, status }: Service): string {
  const { type = 'ClusterIP', clusterIP, publishNotReadyAddresses } = spec;
  const facts = [clusterIP === 'None' ? 'headless: DNS gives the pods themselves' : type];
  const outside = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  if (type === 'LoadBalancer')
    facts.push(
      outside.length > 0
        ? `outside at ${enumerate(outside, 3)}`
        : 'NO outside address yet: nobody has made its load balancer',
    );
  if (publishNotReadyAddresses) facts.push('pods get requests before they are ready');
  return `Type: ${facts.join('; ')}.`;
}

async function noService(namespace: string, name: string, senses: Senses): Promise<Answer<Facts>> {
  const missing = await missingNamespace(namespace, senses);
  if (missing) return { head: missing.head };
  const { items } = await senses.cluster.list<Service>(
    kinds.service,
    { namespace, limit: 500, fromCache: true },
    senses.signal,
  );
  const names = closestFirst(
    items.map(({ metadata }) => metadata.name),
    name,
  );
  return {
    head: [
      `There is no Service "${name}" in namespace "${namespace}". Services there: ${enumerate(names, 15) || 'none'}.`,
    ],
  };
}
