import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { type Answer, ageRange, enumerate, plural } from './answer.ts';
import { isHealthy, restartsOf } from './pod_groups.ts';
import { statesOf } from './pod_states.ts';
import { missingNamespace, mostPods, ownerOf } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Input = z.object({
  namespace: z.string().optional(),
  node: z.string().optional(),
  selector: z.string().optional(),
  broken: z.boolean().optional().describe('only those in trouble'),
});
type Asked = z.infer<typeof Input>;

const Facts = z.object({ pods: z.number(), healthy: z.number() });

export const listPods = defineTool({
  name: 'list_pods',
  description: 'Pods by workload with their state, of a namespace or node; those in trouble first.',
  input: Input,
  facts: Facts,
  aliases: { node_name: 'node', label_selector: 'selector', labelSelector: 'selector', unhealthy: 'broken' },
  answer: (args, senses) => list(args, senses),
});

async function list(asked: Asked, senses: Senses): Promise<Answer<z.infer<typeof Facts>>> {
  const { namespace, node, selector, broken } = asked;
  const found = await senses.cluster.list<Pod>(
    kinds.pod,
    {
      limit: mostPods,
      // Which would give those of all namespaces in one piece.
      fromCache: namespace !== undefined || node !== undefined,
      ...(namespace === undefined ? {} : { namespace }),
      ...(node === undefined ? {} : { fieldSelector: `spec.nodeName=${node}` }),
      ...(selector === undefined ? {} : { labelSelector: selector }),
    },
    senses.signal,
  );
  const pods = found.items.filter(pod => node === undefined || pod.spec.nodeName === node);
  const missing = pods.length === 0 && namespace !== undefined ? await missingNamespace(namespace, senses) : undefined;
  if (missing) return { head: missing.head };

  const healthy = pods.filter(isHealthy).length;
  const where = [namespace ?? 'all namespaces', ...(node ? [`node ${node}`] : []), ...(selector ? [selector] : [])];
  const cut = found.metadata.continue ? `; only the first ${mostPods} were looked at` : '';
  return {
    facts: { pods: pods.length, healthy },
    head: [
      `${plural(pods.length, 'pod')} in ${where.join(', ')}: ${healthy} healthy, ${pods.length - healthy} not${cut}.`,
    ],
    body: workloads(broken ? pods.filter(pod => !isHealthy(pod)) : pods, namespace === undefined).map(group =>
      lineOf(group, senses.clock.now()),
    ),
    more: 'ask for one namespace, or with broken=true',
  };
}

interface Workload {
  name: string;
  pods: Pod[];
  broken: Pod[];
}

/** Most trouble first. */
function workloads(pods: readonly Pod[], withNamespace: boolean): Workload[] {
  const nameOf = (pod: Pod) => `${withNamespace ? `${pod.metadata.namespace}/` : ''}${ownerOf(pod).text}`;
  return [...Map.groupBy(pods, nameOf)]
    .map(([name, of]) => ({ name, pods: of, broken: of.filter(pod => !isHealthy(pod)) }))
    .sort((a, b) => b.broken.length - a.broken.length || (a.name < b.name ? -1 : 1));
}

function lineOf({ name, pods, broken }: Workload, now: number): string {
  const old = ageRange(
    pods.map(({ metadata }) => metadata.creationTimestamp),
    now,
  );
  const restarts = pods.reduce((sum, pod) => sum + restartsOf(pod), 0);
  const facts = [
    `${pods.length - broken.length}/${pods.length} healthy`,
    ...(broken.length > 0 ? [statesOf(broken)] : []),
    `${old} old`,
  ];
  if (restarts > 0) facts.push(plural(restarts, 'restart'));
  const named = (broken.length > 0 ? broken : pods).map(({ metadata }) => metadata.name);
  // A pod without an owner is called what its line is called.
  return `${name}: ${facts.join(', ')}${ownerOf(pods[0]!).name === named[0] ? '' : `: ${enumerate(named, 3)}`}`;
}
