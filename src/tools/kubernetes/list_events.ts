import { z } from 'zod';
import { kinds } from '../../kubernetes/kinds.ts';
import type { KubeEvent } from '../../kubernetes/objects.ts';
import { nameLetters } from '../../lib/name_letters.ts';
import { type Answer, clip, duration, enumerate, plural } from './answer.ts';
import { bareName, missingNamespace } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

export const listEvents = defineTool({
  name: 'list_events',
  tokens: 500,
  description: 'Events about an object or a namespace: warnings first, repeats counted.',
  input: z.object({
    namespace: z.string().optional().describe('none: all'),
    name: z.string().optional(),
    warnings_only: z.boolean().optional(),
  }),
  facts: z.object({ warnings: z.number(), normal: z.number(), events: z.number() }),
  aliases: {
    pod: 'name',
    workload: 'name',
    deployment: 'name',
    node: 'name',
    object: 'name',
    object_name: 'name',
    pod_name: 'name',
    resource_name: 'name',
  },
  answer: (args, senses) => events(args, senses),
});

const mostEvents = 5_000;

interface Fold {
  first: KubeEvent;
  count: number;
  since: number;
  last: number;
  objects: Set<string>;
}

async function events(
  {
    namespace,
    name,
    warnings_only,
  }: { namespace?: string | undefined; name?: string | undefined; warnings_only?: boolean | undefined },
  senses: Senses,
): Promise<Answer<{ warnings: number; normal: number; events: number }>> {
  const query = { limit: mostEvents, ...(namespace === undefined ? {} : { namespace }) };
  const list = await senses.cluster.list<KubeEvent>(kinds.event, query, senses.signal);
  const wanted = name === undefined ? undefined : bareName(name);
  const found = list.items.filter(
    event => (wanted === undefined || belongsTo(event, wanted)) && !(warnings_only && event.type === 'Normal'),
  );
  const where = `${wanted === undefined ? '' : `${wanted} in `}${namespace ?? 'all namespaces'}`;
  if (found.length === 0) return nothingAbout(where, namespace, list.items, senses);

  const folds = [...foldEvents(found).values()].sort(
    (a, b) => Number(a.first.type === 'Normal') - Number(b.first.type === 'Normal') || b.last - a.last,
  );
  const warnings = folds.filter(fold => fold.first.type !== 'Normal').length;
  const cut = list.metadata.continue ? `; only ${mostEvents} events were looked through` : '';
  return {
    facts: { warnings, normal: folds.length - warnings, events: found.length },
    head: [
      `Events about ${where}: ${plural(warnings, 'kind')} of warning, ${folds.length - warnings} of normal${cut}.`,
    ],
    body: linesOf(folds, senses.clock.now()),
    more: 'ask with a name, or with warnings_only',
  };
}

/** What Kubernetes adds to a name is generated, or a number: "web-7d9f8-x2x4z" belongs to web, "web-admin" does not. */
const addition = new RegExp(`^(-[${nameLetters}]{3,10}|-\\d+){0,2}$`);

/** An object's own events, and those of the ReplicaSets and pods that are named after it. */
function belongsTo({ involvedObject }: KubeEvent, name: string): boolean {
  return involvedObject.name.startsWith(name) && addition.test(involvedObject.name.slice(name.length));
}

function foldEvents(all: KubeEvent[]): Map<string, Fold> {
  const folds = new Map<string, Fold>();
  for (const event of all) {
    const { name, kind } = event.involvedObject;
    const message = event.message.replaceAll(name, kind).replace(/\d+|\([0-9a-f-]{36}\)/g, '#');
    const key = JSON.stringify([event.type, event.reason, kind, message]);
    const last = lastSeen(event);
    const since = event.firstTimestamp ? Date.parse(event.firstTimestamp) : last;
    const fold = folds.get(key) ?? { first: event, count: 0, since, last, objects: new Set() };
    folds.set(key, {
      first: last >= fold.last ? event : fold.first,
      count: fold.count + (event.series?.count ?? event.count ?? 1),
      since: Math.min(since, fold.since),
      last: Math.max(last, fold.last),
      objects: fold.objects.add(name),
    });
  }
  return folds;
}

/** Newer sources of events fill other fields than older ones, and leave the others null. */
function lastSeen({ series, lastTimestamp, eventTime, metadata }: KubeEvent): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}

/** What every pod goes through when it starts. */
const routine = /^(Scheduled|Pulling|Pulled|Created|Started|SuccessfulCreate)$/;
const mostRoutine = 2;

/** The routine in one line, unless it is nearly nothing. */
function linesOf(folds: readonly Fold[], now: number): string[] {
  const usual = folds.filter(({ first }) => first.type === 'Normal' && routine.test(first.reason));
  if (usual.length <= mostRoutine) return folds.map(fold => line(fold, now));
  const counts = Map.groupBy(usual, ({ first }) => first.reason);
  const parts = [...counts].map(([reason, of]) => `${reason} x${of.reduce((sum, { count }) => sum + count, 0)}`);
  const [last, since] = [Math.max(...usual.map(fold => fold.last)), Math.min(...usual.map(fold => fold.since))];
  const summary = `Normal, as pods start, last ${duration(now - last)} ago, since ${duration(now - since)}: ${parts.join(', ')}`;
  return folds.flatMap(fold => (fold === usual[0] ? [summary] : usual.includes(fold) ? [] : [line(fold, now)]));
}

function line({ first, count, since, last, objects }: Fold, now: number): string {
  const times =
    count > 1
      ? ` x${count}, last ${duration(now - last)} ago, since ${duration(now - since)}`
      : ` ${duration(now - last)} ago`;
  const about = `about ${first.involvedObject.kind} ${enumerate([...objects], 2)}`;
  // The kubelet adds the namespace and the uid to a pod's name.
  const message = first.message.replace(/_\S+\([0-9a-f-]{36}\)/g, '').replace(/\s+/g, ' ');
  return `${first.type} ${first.reason}${times}, ${about}: ${clip(message.trim(), 320)}`;
}

async function nothingAbout(
  where: string,
  namespace: string | undefined,
  all: KubeEvent[],
  senses: Senses,
): Promise<Answer<never>> {
  const missing = namespace === undefined ? undefined : await missingNamespace(namespace, senses);
  if (missing) return { head: missing.head };
  const others = [...new Set(all.map(event => event.involvedObject.name))];
  const nearby = others.length > 0 ? ` There are events about: ${enumerate(others, 10)}.` : '';
  return { head: [`No events about ${where}. Kubernetes keeps them for about an hour.${nearby}`] };
}
