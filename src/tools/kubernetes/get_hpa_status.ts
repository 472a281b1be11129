import { z } from 'zod';
import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Deployment, KubeEvent } from '../../kubernetes/objects.ts';
import { type Answer, age, enumerate } from './answer.ts';
import { eventLines } from './event_lines.ts';
import { lastSeen } from './event_time.ts';
import { type MetricReading, metricReadings } from './hpa_metrics.ts';
import { reasonsOf, replicasText, type Wish, wishOf } from './hpa_reasons.ts';
import { bareName, closestFirst, missingNamespace } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  autoscalers: z.array(
    z.object({
      name: z.string(),
      target: z.string(),
      current: z.int(),
      desired: z.int(),
      min: z.int(),
      max: z.int(),
      wanted_by_metrics: z.int().optional(),
      at_maximum: z.boolean(),
      healthy: z.boolean(),
    }),
  ),
});
type Facts = z.infer<typeof Facts>;

export const getHpaStatus = defineTool({
  name: 'get_hpa_status',
  description: 'Shows what an autoscaler (HPA) measures and wants, and why it does not scale.',
  input: z.object({
    namespace: z.string(),
    name: z.string().optional().describe('HPA or its workload; else all'),
  }),
  facts: Facts,
  aliases: { hpa: 'name', deployment: 'name', workload: 'name', hpa_name: 'name' },
  answer: ({ namespace, name }, senses) => status(namespace, name, senses),
});

const mostEvents = 1_000;

async function status(namespace: string, name: string | undefined, senses: Senses): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const about = { namespace, fieldSelector: 'involvedObject.kind=HorizontalPodAutoscaler', limit: mostEvents };
  const [{ items }, events] = await Promise.all([
    cluster.list<HorizontalPodAutoscaler>(kinds.horizontalPodAutoscaler, { namespace }, signal),
    cluster.list<KubeEvent>(kinds.event, about, signal),
  ]);
  const wanted = name === undefined ? undefined : bareName(name);
  const found = wanted === undefined ? items : items.filter(hpa => isAbout(hpa, wanted));
  if (found.length === 0) return nothing(namespace, wanted, items, senses);
  const looked = await Promise.all(found.map(hpa => look(hpa, senses)));
  const sorted = looked.sort((a, b) => Number(b.reasons.length > 0) - Number(a.reasons.length > 0));
  const now = clock.now();
  const blocks = sorted.map(one => block(one, eventsOf(one.hpa, events.items), now));
  return {
    facts: { autoscalers: sorted.map(factsOf) },
    head:
      blocks.length === 1
        ? blocks[0]!.slice(0, 1)
        : [`${found.length} autoscalers in ${namespace}, those in trouble first.`],
    body: blocks.length === 1 ? blocks[0]!.slice(1) : blocks.map(lines => lines.join('\n')),
    more: 'ask with a name to see one',
  };
}

function isAbout({ metadata, spec }: HorizontalPodAutoscaler, name: string): boolean {
  return metadata.name === name || spec.scaleTargetRef.name === name;
}

interface Look {
  hpa: HorizontalPodAutoscaler;
  readings: MetricReading[];
  wish: Wish;
  reasons: string[];
}

async function look(hpa: HorizontalPodAutoscaler, { cluster, signal }: Senses): Promise<Look> {
  const readings = metricReadings(hpa);
  const wish = wishOf(hpa, readings);
  const missing = readings.some(({ ratio }) => ratio === undefined);
  const target = missing ? await targetOf(hpa) : undefined;
  return { hpa, readings, wish, reasons: reasonsOf(hpa, wish, target) };

  async function targetOf({ metadata, spec }: HorizontalPodAutoscaler): Promise<Deployment | undefined> {
    const { kind, name } = spec.scaleTargetRef;
    const known = [kinds.deployment, kinds.statefulSet, kinds.replicaSet].find(each => each.kind === kind);
    return known && cluster.get<Deployment>({ ...known, namespace: metadata.namespace ?? '', name }, signal);
  }
}

function factsOf({ hpa, wish: { byMetrics, ...wish }, reasons }: Look): Facts['autoscalers'][number] {
  const { kind, name } = hpa.spec.scaleTargetRef;
  return {
    name: hpa.metadata.name,
    target: `${kind} ${name}`,
    ...wish,
    ...(byMetrics === undefined ? {} : { wanted_by_metrics: byMetrics }),
    at_maximum: wish.current >= wish.max,
    healthy: reasons.length === 0,
  };
}

function block({ hpa, readings, wish, reasons }: Look, events: KubeEvent[], now: number): string[] {
  const { kind, name } = hpa.spec.scaleTargetRef;
  const last = hpa.status?.lastScaleTime;
  const lines = [
    `HPA ${hpa.metadata.name} for ${kind} ${name}: ${replicasText(wish)}. ${reasons[0] ?? contentment(wish)}`,
    ...reasons.slice(1).map(reason => `  ${reason}`),
    ...readings.map(({ text }) => `  ${text}`),
    `  last rescaled ${last ? `${age(last, now)} ago` : 'never'}`,
  ];
  return [...lines, ...newsOf(events, now).map(line => `  ${line}`)];
}

function contentment({ current, max }: Wish): string {
  return current >= max
    ? `At its maximum of ${max}: it has what it wants, and can't add pods when more is needed.`
    : 'It works, and has what it wants.';
}

/** A failure that is over by now would mislead. */
const freshMs = 600_000;

function newsOf(events: readonly KubeEvent[], now: number): string[] {
  const rescales = events.filter(({ reason }) => reason === 'SuccessfulRescale');
  const warnings = events.filter(event => event.type !== 'Normal' && now - lastSeen(event) < freshMs);
  return [...eventLines(warnings, now).slice(0, 2), ...eventLines(rescales, now).slice(0, 3)];
}

function eventsOf({ metadata }: HorizontalPodAutoscaler, events: readonly KubeEvent[]): KubeEvent[] {
  return events.filter(
    ({ involvedObject: { kind, name } }) => kind === 'HorizontalPodAutoscaler' && name === metadata.name,
  );
}

async function nothing(
  namespace: string,
  name: string | undefined,
  all: readonly HorizontalPodAutoscaler[],
  senses: Senses,
): Promise<Answer<Facts>> {
  const missing = all.length === 0 ? await missingNamespace(namespace, senses) : undefined;
  if (missing) return { head: missing.head };
  const names = all.map(({ metadata, spec }) => `${metadata.name} (scales ${spec.scaleTargetRef.name})`);
  const others = names.length > 0 ? ` There are: ${enumerate(closestFirst(names, name ?? ''), 10)}.` : '';
  const what = name === undefined ? `No HPA in namespace ${namespace}` : `No HPA scales "${name}" in ${namespace}`;
  return { facts: { autoscalers: [] }, head: [`${what}: its replicas change only when somebody sets them.${others}`] };
}
