import { z } from 'zod';
import type { Alert } from '../../alerts/alert.ts';
import { namespaceOf, nodeOf, podOf, subjectOf } from '../../alerts/subject.ts';
import { nameLetters } from '../../lib/name_letters.ts';
import { type Answer, age, clip, duration, enumerate, plural } from './answer.ts';
import { type KnownAlert, knownAlerts } from './known_alerts.ts';
import { bareName } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Input = z.object({
  namespace: z.string().optional().describe('none: all'),
  name: z.string().optional().describe('pod or workload'),
  node: z.string().optional(),
  include_silenced: z.boolean().optional(),
});
type Input = z.infer<typeof Input>;

const Facts = z.object({ firing: z.int(), ended: z.int(), suppressed: z.int() });

export const listRelatedAlerts = defineTool({
  name: 'list_related_alerts',
  description: 'Alerts that fire, or fired lately, around a workload, namespace or node.',
  needs: 'alerts',
  input: Input,
  facts: Facts,
  aliases: {
    pod: 'name',
    workload: 'name',
    deployment: 'name',
    pod_name: 'name',
    workload_name: 'name',
    deployment_name: 'name',
    node_name: 'node',
    include_suppressed: 'include_silenced',
  },
  answer: (args, senses) => relatedAlerts(args, senses),
});

const latelyMs = 6 * 3_600_000;

async function relatedAlerts(
  input: Input,
  { alerts: sources, clock, signal }: Senses,
): Promise<Answer<z.infer<typeof Facts>>> {
  if (!sources) return { head: ['No alerts are kept here. Use another tool.'] };
  const now = clock.now();
  const within = { namespace: input.namespace, since: now - latelyMs, now };
  const { alerts, notes, asked } = await knownAlerts(sources, within, signal);
  const inPlace = alerts.filter(({ alert }) => input.namespace === undefined || namespaceOf(alert) === input.namespace);
  const related = inPlace.filter(({ alert }) => isAbout(alert, input));
  const shown = related.filter(({ suppressed }) => input.include_silenced || !suppressed);
  const firing = shown.filter(({ alert }) => alert.status === 'firing').length;
  const hidden = related.length - shown.length;
  const others = inPlace.filter(each => !related.includes(each) && each.alert.status === 'firing' && !each.suppressed);
  const source = asked ? 'what was sent to us and what Alertmanager has now' : 'what was sent to us';
  return {
    facts: { firing, ended: shown.length - firing, suppressed: related.filter(each => each.suppressed).length },
    head: [
      `Alerts around ${placeOf(input)}: ${firing} firing, ${shown.length - firing} ended in the last ${duration(latelyMs)} (from ${source}).`,
      ...(hidden > 0 ? [`${plural(hidden, 'alert')} not shown: silenced or inhibited (include_silenced=true).`] : []),
      ...(others.length > 0 ? [`Firing elsewhere: ${othersLine(others)}.`] : []),
      ...notes.map(note => `(${note})`),
    ],
    body: folded(shown).map(fold => line(fold, now)),
    more: 'ask for a name or a node',
  };
}

function placeOf({ namespace, name, node }: Input): string {
  const thing = name === undefined ? [] : [bareName(name)];
  const where = [
    ...thing,
    ...(namespace === undefined ? [] : [namespace]),
    ...(node === undefined ? [] : [`node ${node}`]),
  ];
  return where.length > 0 ? where.join(' in ') : 'all namespaces';
}

function isAbout(alert: Alert, { name, node }: Input): boolean {
  return (name === undefined || names(alert, bareName(name))) && (node === undefined || isOn(alert, node));
}

/** What Kubernetes adds to a name is generated, or a number. */
const addition = new RegExp(`^(-[${nameLetters}]{3,10}|-\\d+){0,2}$`);

/** By any label; a pod also stands for its workload, and the other way round. */
function names(alert: Alert, name: string): boolean {
  const owner = subjectOf({ ...alert, labels: { pod: name } }).name ?? name;
  const pod = podOf(alert)?.pod ?? '';
  if (pod === name || (name === owner && pod.startsWith(name) && addition.test(pod.slice(name.length)))) return true;
  if (subjectOf(alert).name === owner && (pod === '' || name === owner)) return true;
  return Object.entries(alert.labels).some(([label, value]) => label !== 'alertname' && value === name);
}

function isOn(alert: Alert, node: string): boolean {
  return nodeOf(alert) === node || alert.labels['instance']?.replace(/:\d+$/, '') === node;
}

interface Fold {
  first: KnownAlert;
  times: number;
  pods: Set<string>;
}

/** What fires goes first, and the newest before the older ones; the same about the same thing is one. */
function folded(alerts: readonly KnownAlert[]): Fold[] {
  const newestFirst = alerts.toSorted((a, b) => rank(a) - rank(b) || timeOf(b) - timeOf(a));
  const folds = new Map<string, Fold>();
  for (const each of newestFirst) {
    const { alert, suppressed, elsewhere } = each;
    const key = JSON.stringify([alert.status, suppressed, elsewhere, alert.labels['alertname'], subjectOf(alert)]);
    const fold = folds.get(key) ?? { first: each, times: 0, pods: new Set() };
    const pod = podOf(alert)?.pod;
    folds.set(key, { ...fold, times: fold.times + 1, pods: pod === undefined ? fold.pods : fold.pods.add(pod) });
  }
  return [...folds.values()];
}

const rank = ({ alert }: KnownAlert): number => (alert.status === 'firing' ? 0 : 1);

function timeOf({ alert }: KnownAlert): number {
  return Date.parse(alert.status === 'firing' ? alert.startsAt : (alert.endsAt ?? alert.startsAt));
}

function line({ first, times, pods }: Fold, now: number): string {
  const { alert, suppressed, elsewhere } = first;
  const { alertname = 'an alert without a name', severity } = alert.labels;
  const state = [stateOf(alert, now), suppressed, elsewhere && routeOf(elsewhere)].filter(Boolean).join(', ');
  const what = `${alertname}${severity ? ` (${severity})` : ''}${times > 1 ? ` x${times}` : ''}`;
  const who = pods.size > 0 ? ` [${plural(pods.size, 'pod')}: ${enumerate([...pods], 3)}]` : '';
  const { summary, description, message } = alert.annotations;
  const says = (summary ?? description ?? message ?? '').replace(/\s+/g, ' ').trim();
  return `${state}: ${what}${aboutOf(alert)}${who}${says ? `: ${clip(says, 200)}` : ''}`;
}

function stateOf({ status, startsAt, endsAt }: Alert, now: number): string {
  if (status === 'firing') return `firing for ${age(startsAt, now)}`;
  return `ended ${age(endsAt, now)} ago after ${age(startsAt, Date.parse(endsAt ?? startsAt))}`;
}

function routeOf(receivers: readonly string[]): string {
  return `not sent to us (goes to ${enumerate(receivers, 3) || 'nobody'})`;
}

function aboutOf(alert: Alert): string {
  const { kind, namespace, name } = subjectOf(alert);
  if (kind && name) return ` about ${kind} ${namespace ? `${namespace}/` : ''}${name}`;
  return namespace ? ` in ${namespace}` : '';
}

function othersLine(others: readonly KnownAlert[]): string {
  const counts = Map.groupBy(others, ({ alert }) => alert.labels['alertname'] ?? 'an alert without a name');
  const mostFirst = [...counts].toSorted(([, a], [, b]) => b.length - a.length);
  return enumerate(
    mostFirst.map(([name, of]) => (of.length > 1 ? `${name} x${of.length}` : name)),
    6,
  );
}
