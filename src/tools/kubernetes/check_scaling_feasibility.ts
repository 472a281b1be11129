import { z } from 'zod';
import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import type { LimitRange, ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Node } from '../../kubernetes/objects.ts';
import { type Placement, place, requestOf } from '../../kubernetes/placement.ts';
import { nextPod, placedPods, readScalingTarget, type ScalingTarget } from '../../kubernetes/scaling_target.ts';
import { type Answer, enumerate, plural } from './answer.ts';
import { amountText } from './node_lines.ts';
import { autoscalerLimit, quotaLimits, type ScalingLimit } from './scaling_limits.ts';
import { readSeating, type Seating } from './seating.ts';
import { storageOutlook } from './storage_outlook.ts';
import { bareName, findSubject } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  wanted: z.int(),
  on_nodes: z.int().describe('pods that have a node already'),
  further: z.int().describe('pods that still need one'),
  fit: z.int().describe('of those'),
  first_limit: z.enum(['none', 'nodes', 'quota', 'autoscaler', 'storage']),
});
type Facts = z.infer<typeof Facts>;

export const checkScalingFeasibility = defineTool({
  name: 'check_scaling_feasibility',
  description: 'Tells whether so many replicas would fit now, and which limit is hit first.',
  input: z.object({
    namespace: z.string(),
    name: z.string(),
    replicas: z.int().min(0).max(10_000),
  }),
  facts: Facts,
  aliases: {
    deployment: 'name',
    workload: 'name',
    target_replicas: 'replicas',
    count: 'replicas',
    desired: 'replicas',
  },
  answer: ({ namespace, name, replicas }, senses) => feasibility({ namespace, name: bareName(name) }, replicas, senses),
});

async function feasibility(
  ref: { namespace: string; name: string },
  wanted: number,
  senses: Senses,
): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const { namespace } = ref;
  const target = await readScalingTarget(cluster, ref, clock.now(), signal);
  if (!target) return notScalable(ref, senses);
  const onNodes = placedPods(target);
  const further = Math.max(0, wanted - onNodes);
  const numbers = { wanted, on_nodes: onNodes, further };
  if (further === 0) {
    const head = [`${titleOf(target)}: ${onNodes} pods are on nodes already; ${wanted} need no more room.`];
    return { facts: { ...numbers, fit: 0, first_limit: 'none' }, head };
  }
  const [quotas, ranges, autoscalers, storage] = await Promise.all([
    cluster.list<ResourceQuota>(kinds.resourceQuota, { namespace }, signal),
    cluster.list<LimitRange>(kinds.limitRange, { namespace }, signal),
    cluster.list<HorizontalPodAutoscaler>(kinds.horizontalPodAutoscaler, { namespace }, signal),
    storageOutlook(target, senses),
  ]);
  const pod = nextPod(target, ranges.items);
  const seating = await readSeating(pod, senses);
  const placement = place(pod, further, { ...seating, volumes: (node: Node) => storage.against(node) });
  const limits = [
    ...quotaLimits(target, pod, quotas.items, clock.now()),
    ...autoscalerLimit(target, wanted, autoscalers.items),
    ...storage.limits,
  ];
  // Pods that wait for a node were let in already: what lets pods in doesn't hold them back. Storage does.
  const waiting = target.pods.length - onNodes;
  const bounds = limits.map(({ limit, allows = further }) => ({
    limit,
    most: limit === 'storage' ? allows : allows + waiting,
  }));
  const all = [{ limit: 'nodes' as const, most: placement.placed }, ...bounds];
  const tightest = all.reduce((least, each) => (each.most < least.most ? each : least));
  const fit = Math.min(further, tightest.most);
  const first_limit = fit < further ? tightest.limit : 'none';
  return {
    facts: { ...numbers, fit, first_limit },
    head: [
      `${titleOf(target)}: ${onNodes} of ${target.replicas} pods are on nodes; ${wanted} are asked for, ${further} more.`,
      verdict(fit, further, first_limit),
    ],
    body: [
      ...(seating.doubt === undefined ? [] : [seating.doubt]),
      nodesLine(placement, further, seating, requestOf(pod)),
      ...sorted(limits).map(({ text }) => text),
      ...notes(seating),
    ],
  };
}

function titleOf({ kind, name }: ScalingTarget): string {
  return `${kind} ${name}`;
}

const limitWords: Record<Exclude<Facts['first_limit'], 'none'>, string> = {
  nodes: 'the nodes',
  quota: 'a quota',
  autoscaler: 'the autoscaler',
  storage: 'storage',
};

function verdict(fit: number, further: number, limit: Facts['first_limit']): string {
  if (limit === 'none') return further === 1 ? 'It would fit now.' : `All ${further} would fit now.`;
  return `${fit === 0 ? 'NONE' : `Only ${fit}`} of them would get a place now: the first limit is ${limitWords[limit]}.`;
}

function nodesLine(
  { placed, against, nodes }: Placement,
  further: number,
  { seats }: Seating,
  request: Record<string, number>,
): string {
  const asked = Object.entries(request)
    .filter(([name, amount]) => name !== 'pods' && amount > 0)
    .map(([name, amount]) => `${name} ${resourceText(name, amount)}`);
  const each = asked.length > 0 ? `each requests ${asked.join(', ')}` : 'they request nothing';
  const all = further === 1 ? 'it' : `all ${further}`;
  const room = `room for ${placed >= further ? all : placed} (${each})`;
  const open = `Nodes: ${room}; ${plural(nodes, 'node')} of ${seats.length} would take one`;
  if (against.length === 0) return `${open}.`;
  const reasons = against.map(({ objection, nodes: count }) => `${count} ${objection.text}`);
  return `${open}. For the next: ${enumerate(reasons, 6)}.`;
}

function resourceText(name: string, amount: number): string {
  if (name === 'cpu') return amountText(amount, 'cpu');
  return name === 'memory' || name.endsWith('storage') ? amountText(amount, 'memory') : `${amount}`;
}

/** The tightest first; what only has something to say comes last. */
function sorted(limits: readonly ScalingLimit[]): ScalingLimit[] {
  return limits.toSorted((a, b) => (a.allows ?? Number.MAX_SAFE_INTEGER) - (b.allows ?? Number.MAX_SAFE_INTEGER));
}

function notes({ waiting, unknownCompany }: Seating): string[] {
  return [
    ...(waiting > 0
      ? [
          `${plural(waiting, 'other pod')} in the cluster ${waiting === 1 ? 'waits' : 'wait'} for a node, and may take the room.`,
        ]
      : []),
    ...(unknownCompany
      ? ['The cluster is large: host ports and anti-affinity of pods elsewhere were not looked at.']
      : []),
  ];
}

async function notScalable(ref: { namespace: string; name: string }, senses: Senses): Promise<Answer<Facts>> {
  const subject = await findSubject(ref.namespace, ref.name, senses);
  if (subject.kind === 'nothing') return { head: subject.answer.head };
  const what = subject.kind === 'pods' ? subject.owner : subject.kind === 'pod' ? `Pod ${ref.name}` : ref.name;
  return { head: [`${what} is neither a Deployment nor a StatefulSet: name the one whose replicas are to change.`] };
}
