import { z } from 'zod';
import type { EndpointSlice, Ingress, NetworkPolicy } from '../../kubernetes/kinds/network.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Pod, Service } from '../../kubernetes/objects.ts';
import { selectorText } from '../../kubernetes/workload.ts';
import { type Answer, enumerate } from './answer.ts';
import { troubleLines } from './pod_trouble.ts';
import { limits, selectsPod } from './policy_rules.ts';
import { listPolicies } from './policy_surroundings.ts';
import { portMappings } from './service_ports.ts';
import { countEndpoints, ServiceState, serviceState, serviceVerdict } from './service_state.ts';
import { ingressLines } from './service_ways.ts';
import { whyNoPod } from './service_without_pods.ts';
import { bareName, closestFirst, missingNamespace, mostPods } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';
import { unlessRefused } from './unless_refused.ts';

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
  const [service, slices, ingresses, policies] = await Promise.all([
    cluster.get<Service>({ ...kinds.service, namespace, name }, signal),
    cluster.list<EndpointSlice>(
      kinds.endpointSlice,
      { namespace, labelSelector: `kubernetes.io/service-name=${name}` },
      signal,
    ),
    cluster.list<Ingress>(kinds.ingress, { namespace, limit: 500, fromCache: true }, signal),
    listPolicies(namespace, senses).catch(unlessRefused),
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
    body: [
      ...why,
      ...(ports.length > 0 ? [`Ports: ${ports.join('; ')}.`] : []),
      aboutIt(service),
      ...ways.slice(0, 8),
      ...policyLine(pods, policies ?? []),
    ],
  };
}

/** Ready endpoints are of no use to those who are not let in. */
function policyLine(pods: readonly Pod[], policies: readonly NetworkPolicy[]): string[] {
  const limiting = policies.filter(
    policy => limits(policy, 'Ingress') && pods.some(({ metadata }) => selectsPod(policy, metadata.labels ?? {})),
  );
  if (limiting.length === 0) return [];
  const names = enumerate(
    limiting.map(({ metadata }) => metadata.name),
    4,
  );
  return [`Network policies limit who may reach its pods: ${names} (get_network_policies tells who).`];
}

async function selectedPods(namespace: string, { spec }: Service, { cluster, signal }: Senses): Promise<Pod[]> {
  const selector = spec.selector ?? {};
  if (Object.keys(selector).length === 0) return [];
  const query = { namespace, labelSelector: selectorText({ matchLabels: selector }), limit: mostPods };
  const { items } = await cluster.list<Pod>(kinds.pod, query, signal);
  return items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
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
