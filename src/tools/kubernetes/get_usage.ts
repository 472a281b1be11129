import { z } from 'zod';
import { ClusterError, type ListQuery } from '../../kubernetes/cluster.ts';
import type { NodeMetrics, PodMetrics } from '../../kubernetes/kinds/autoscaling.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { KubeObject, Node, Pod } from '../../kubernetes/objects.ts';
import { type Answer, age, plural } from './answer.ts';
import { bareName, mostPods, ownerOf } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';
import { containerUses, nodeUses, type Use, useLines } from './usage_lines.ts';

const Facts = z.object({
  source: z.enum(['metrics', 'none']),
  uses: z.array(
    z.object({
      name: z.string(),
      cpu_cores: z.number(),
      memory_bytes: z.number(),
      cpu_share: z.number().optional().describe('of the limit, else of the request; a node: of allocatable'),
      memory_share: z.number().optional(),
    }),
  ),
});
type Facts = z.infer<typeof Facts>;

export const getUsage = defineTool({
  name: 'get_usage',
  description: 'Shows cpu and memory used now by containers or nodes, against their limits.',
  input: z.object({
    namespace: z.string().optional().describe('leave out for nodes'),
    name: z.string().optional().describe('pod, workload or node'),
  }),
  facts: Facts,
  aliases: { node: 'name', pod: 'name', workload: 'name', deployment: 'name' },
  answer: ({ namespace, name }, senses) =>
    namespace === undefined ? usageOfNodes(name, senses) : usageOfPods(namespace, name, senses),
});

/** In facts, so that a program isn't given thousands. */
const mostFacts = 50;

async function usageOfPods(namespace: string, name: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const query = { namespace, limit: mostPods, fromCache: true };
  const [metrics, pods] = await Promise.all([
    measured<PodMetrics>(kinds.podMetrics, { namespace }, senses),
    senses.cluster.list<Pod>(kinds.pod, query, senses.signal),
  ]);
  if (typeof metrics === 'string') return notMeasured(metrics);
  const wanted = name === undefined ? undefined : bareName(name);
  const meant = pods.items.filter(
    pod => wanted === undefined || pod.metadata.name === wanted || ownerOf(pod).name === wanted,
  );
  const byPod = new Map(metrics.map(each => [each.metadata.name, each]));
  const uses = meant.flatMap(pod => containerUses(pod, byPod.get(pod.metadata.name)));
  const where = wanted === undefined ? `namespace ${namespace}` : `${wanted} in ${namespace}`;
  if (uses.length === 0) {
    const running = meant.filter(({ status }) => status?.phase === 'Running').length;
    const because =
      running > 0 ? `none of its ${plural(running, 'running pod')} was measured yet` : 'no pod runs there';
    return { facts: { source: 'metrics', uses: [] }, head: [`No usage of ${where}: ${because}.`] };
  }
  return answerOf(uses, `${plural(uses.length, 'container')} of ${where}`, metrics, senses);
}

async function usageOfNodes(name: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const [metrics, nodes] = await Promise.all([
    measured<NodeMetrics>(kinds.nodeMetrics, {}, senses),
    senses.cluster.list<Node>(kinds.node, { limit: mostPods, fromCache: true }, senses.signal),
  ]);
  if (typeof metrics === 'string') return notMeasured(metrics);
  const wanted = name === undefined ? undefined : bareName(name);
  const meant = nodes.items.filter(({ metadata }) => wanted === undefined || metadata.name === wanted);
  const uses = nodeUses(meant, metrics);
  if (uses.length === 0) {
    const what = meant.length > 0 ? `Node ${wanted ?? ''} was not measured` : `There is no node "${wanted ?? ''}"`;
    const hint = meant.length > 0 ? '' : ' For a pod or a workload give its namespace too.';
    return { facts: { source: 'metrics', uses: [] }, head: [`${what}.${hint}`] };
  }
  const unmeasured = meant.length - uses.length;
  const note = unmeasured > 0 ? `, ${unmeasured} more NOT measured` : '';
  return answerOf(uses, `${plural(uses.length, 'node')}${note}`, metrics, senses);
}

/** What the metrics server measured; otherwise why there is nothing. */
async function measured<T extends KubeObject>(
  kind: { apiVersion: string; kind: string },
  query: ListQuery,
  { cluster, signal }: Senses,
): Promise<T[] | string> {
  try {
    return (await cluster.list<T>(kind, query, signal)).items;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.status === 404) return 'this cluster has no metrics server (metrics.k8s.io is not served)';
    if (error.status === 503) return 'the metrics server does not answer (metrics.k8s.io is unavailable)';
    throw error;
  }
}

function notMeasured(why: string): Answer<Facts> {
  const instead = 'get_pod_status tells of OOM kills, check_node_capacity what is requested.';
  return { facts: { source: 'none', uses: [] }, head: [`No usage is known: ${why}. ${instead}`] };
}

function answerOf(
  uses: readonly Use[],
  what: string,
  metrics: readonly (PodMetrics | NodeMetrics)[],
  { clock }: Senses,
): Answer<Facts> {
  const sorted = uses.toSorted((a, b) => b.share - a.share);
  const [oldest] = metrics.map(({ timestamp }) => timestamp).toSorted();
  return {
    facts: { source: 'metrics', uses: sorted.slice(0, mostFacts).map(factOf) },
    head: [`Usage of ${what}, measured ${age(oldest, clock.now())} ago, fullest first.`],
    body: useLines(sorted),
    more: 'ask with a name to see one',
  };
}

function factOf({ name, cpu, memory }: Use): Facts['uses'][number] {
  return {
    name,
    cpu_cores: cpu.used,
    memory_bytes: memory.used,
    ...(cpu.share === undefined ? {} : { cpu_share: rounded(cpu.share) }),
    ...(memory.share === undefined ? {} : { memory_share: rounded(memory.share) }),
  };
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
