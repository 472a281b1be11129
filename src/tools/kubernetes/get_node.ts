import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import { loadsOf, type NodeLoad } from '../../kubernetes/node_load.ts';
import type { KubeEvent, Node, Pod } from '../../kubernetes/objects.ts';
import { type Answer, enumerate, plural } from './answer.ts';
import { eventLines } from './event_lines.ts';
import { amountText, type Resource } from './node_lines.ts';
import { aboutNode, closedLines, nodeConditions, readyText, wrongText } from './node_state.ts';
import { isHealthy } from './pod_groups.ts';
import { troubleLines } from './pod_trouble.ts';
import { bareName, closestFirst, mostPods, ownerOf } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  ready: z.enum(['True', 'False', 'Unknown']),
  cordoned: z.boolean(),
  conditions: z.array(z.string()),
  taints: z.array(z.string()),
  pods: z.number(),
  pods_in_trouble: z.number(),
  memory_requested_percent: z.number(),
  cpu_requested_percent: z.number(),
});
type Facts = z.infer<typeof Facts>;

export const getNode = defineTool({
  name: 'get_node',
  description: 'Shows a node: is it well and since when, taints, room, its pods in trouble.',
  input: z.object({ name: z.string() }),
  facts: Facts,
  aliases: { node: 'name', node_name: 'name' },
  answer: ({ name }, senses) => nodeAnswer(bareName(name), senses),
});

async function nodeAnswer(name: string, senses: Senses): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const about = `involvedObject.kind=Node,involvedObject.name=${name}`;
  const [node, pods, events] = await Promise.all([
    cluster.get<Node>({ ...kinds.node, name }, signal),
    cluster.list<Pod>(kinds.pod, { fieldSelector: `spec.nodeName=${name}`, limit: mostPods }, signal),
    cluster.list<KubeEvent>(kinds.event, { fieldSelector: about, limit: 500 }, signal),
  ]);
  if (!node) return noNode(name, senses);
  const seen = {
    node,
    pods: pods.items.filter(({ spec }) => spec.nodeName === name),
    events: events.items.filter(({ involvedObject: { kind, name: of } }) => kind === 'Node' && of === name),
  };
  return tell(seen, clock.now());
}

function tell({ node, pods, events }: { node: Node; pods: Pod[]; events: KubeEvent[] }, now: number): Answer<Facts> {
  const { ready, wrong } = nodeConditions(node);
  const [load] = loadsOf([node], pods);
  const troubled = pods.filter(pod => !isHealthy(pod));
  const owners = enumerate([...new Set(troubled.map(pod => `${pod.metadata.namespace}/${ownerOf(pod).name}`))], 6);
  const count = `${plural(pods.length, 'pod')} on it, ${troubled.length === 0 ? 'all well' : `${troubled.length} not (of ${owners})`}`;
  const fullName = ({ metadata }: Pod) => `${metadata.namespace}/${metadata.name}`;
  return {
    facts: {
      ready: ready?.status ?? 'Unknown',
      cordoned: node.spec?.unschedulable ?? false,
      conditions: wrong.map(({ type }) => type).slice(0, 20),
      taints: (node.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).slice(0, 20),
      pods: pods.length,
      pods_in_trouble: troubled.length,
      memory_requested_percent: share(load!, 'memory'),
      cpu_requested_percent: share(load!, 'cpu'),
    },
    head: [readyText(node, now), ...wrong.slice(0, 5).map(each => wrongText(each, now)), ...closedLines(node, now)],
    body: [
      `${count}.`,
      ...troubleLines(troubled, now, fullName),
      `Requested: ${(['memory', 'cpu'] as const).map(resource => requestedText(load!, resource)).join('; ')}; pods ${load!.requested.pods} of ${load!.allocatable.pods}.`,
      ...eventLines(events, now).slice(0, 5),
      aboutNode(node, now),
    ],
  };
}

function share({ allocatable, requested }: NodeLoad, resource: Resource): number {
  return allocatable[resource] > 0 ? Math.round((requested[resource] / allocatable[resource]) * 100) : 0;
}

function requestedText(load: NodeLoad, resource: Resource): string {
  const amounts = [load.requested[resource], load.allocatable[resource]].map(value => amountText(value, resource));
  return `${resource} ${amounts.join(' of ')} (${share(load, resource)}%)`;
}

async function noNode(name: string, { cluster, signal }: Senses): Promise<Answer<Facts>> {
  const { items } = await cluster.list<Node>(kinds.node, { limit: 500, fromCache: true }, signal);
  const names = closestFirst(
    items.map(({ metadata }) => metadata.name),
    name,
  );
  return { head: [`There is no node "${name}". Nodes: ${enumerate(names, 12) || 'none'}.`] };
}
