import { canonicalJson } from '../../../src/lib/hash.ts';
import { exchange } from '../comparison/exchange.ts';
import type { Side } from '../comparison/side.ts';
import { nodeNames } from './world.ts';

interface Seen {
  metadata: {
    name: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

const core = [
  'pods',
  'services',
  'endpoints',
  'persistentvolumeclaims',
  'resourcequotas',
  'serviceaccounts',
  'configmaps',
];
const places: Record<string, string> = {
  ...Object.fromEntries(core.map(plural => [plural, '/api/v1'])),
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  controllerrevisions: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  poddisruptionbudgets: '/apis/policy/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  events: '/api/v1',
};

/**
 * What lies in a namespace, without what differs from run to run: times, uids, random names, which node it was, and how
 * often an event was counted.
 */
export async function takePicture(side: Side, namespace: string): Promise<unknown> {
  const lists: Record<string, Seen[]> = {};
  for (const [plural, root] of Object.entries(places)) {
    const { body } = await exchange(side, { method: 'GET', path: `${root}/namespaces/${namespace}/${plural}` });
    lists[plural] = (body as { items?: Seen[] }).items ?? [];
  }
  const renamed = renaming(namespace, lists);
  const { events = [], ...rest } = lists;
  const objects = Object.entries(rest).map(([plural, items]) => [plural, distinct(items.map(whatMatters), renamed)]);
  return { ...Object.fromEntries(objects), events: distinct(events.filter(isNew).map(whatIsTold), renamed) };
}

/** They count writes, and how many there are depends on who is faster. */
const changing = new Set(['resourceVersion', 'observedGeneration']);

/** Its size tells how many there are; of those that are alike one is enough. */
function distinct(items: readonly unknown[], renamed: (text: string) => string): unknown[] {
  const texts = items.map(item =>
    renamed(JSON.stringify(item, (key, value) => (changing.has(key) ? undefined : value))),
  );
  return [...new Set(texts)]
    .map(text => JSON.parse(text) as unknown)
    .sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

function whatMatters({ metadata, spec, status, ...fields }: Seen): unknown {
  const { name, labels, annotations, finalizers, ownerReferences } = metadata;
  const { endpoints, subsets, ports, data } = fields as Record<string, unknown>;
  return {
    name,
    labels,
    annotations: annotations && { ...annotations, 'kubectl.kubernetes.io/last-applied-configuration': undefined },
    finalizers,
    owners: ownerReferences?.map(({ kind, name: owner, controller }) => `${kind} ${owner} ${controller ?? false}`),
    replicas: spec?.['replicas'],
    status: withoutOrder(status),
    ...{
      endpoints: sorted(endpoints),
      subsets,
      ports,
      keys: data === undefined ? undefined : Object.keys(data as object),
    },
  };
}

/** A slice has its endpoints in no order. */
function sorted(endpoints: unknown): unknown {
  return Array.isArray(endpoints)
    ? endpoints.toSorted((a, b) => (endpointText(a) < endpointText(b) ? -1 : 1))
    : endpoints;
}

function endpointText({ targetRef, addresses }: { targetRef?: { name?: string }; addresses?: string[] }): string {
  return `${targetRef?.name ?? ''} ${addresses?.join() ?? ''}`;
}

/** Conditions are a map by their type; who came when is not compared. */
function withoutOrder(status: Record<string, unknown> | undefined): unknown {
  const conditions = status?.['conditions'];
  if (!Array.isArray(conditions)) return status;
  const byType = conditions.map((condition: Record<string, unknown>) => [condition['type'], condition] as const);
  return { ...status, conditions: Object.fromEntries(byType) };
}

/** After many that are alike a recorder sums them up, with the text of the last. */
function isNew({ message }: Seen): boolean {
  return !String(message).startsWith('(combined from similar events)');
}

function whatIsTold(event: Seen): unknown {
  const { involvedObject, reason, message, type, source, reportingComponent, action } = event as Record<
    string,
    unknown
  >;
  const { kind, name, fieldPath } = involvedObject as Record<string, string>;
  const { component } = (source ?? {}) as { component?: string };
  return { about: `${kind} ${name}`, fieldPath, type, reason, message, component, reportingComponent, action };
}

/** Hashes in names become numbers, in the order of the revisions; what is random becomes the same for all. */
function renaming(namespace: string, lists: Record<string, Seen[]>): (text: string) => string {
  const revisionOf = (seen: Seen) =>
    Number(seen.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? seen['revision'] ?? 0);
  const hashed = [...(lists['replicasets'] ?? []), ...(lists['controllerrevisions'] ?? [])];
  const there = hashed.sort((a, b) => revisionOf(a) - revisionOf(b)).map(({ metadata }) => metadata.name);
  // Of those that are gone only events tell; they were there before.
  const gone = (lists['events'] ?? []).flatMap(({ involvedObject }) => {
    const { kind, name } = involvedObject as Record<string, string>;
    return kind === 'ReplicaSet' && name !== undefined && !there.includes(name) ? [name] : [];
  });
  const hashes = [...gone, ...there].map(name => name.split('-').at(-1) ?? '').filter(hash => hash.length > 6);
  return text => {
    let renamed = text.replaceAll(namespace, '{ns}');
    for (const [index, hash] of [...new Set(hashes)].entries()) renamed = renamed.replaceAll(hash, `hash${index + 1}`);
    for (const node of nodeNames) renamed = renamed.replaceAll(node, '<node>');
    return (
      renamed
        .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>')
        .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, '<time>')
        .replace(/\b10\.1\.\d+\.\d+\b/g, '<pod address>')
        .replace(/\b10\.96\.\d+\.\d+\b/g, '<address>')
        .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b(?!-)/g, '-<random>')
        // They come out of a Go map, in another order each time.
        .replace(/multiple HPAs: \[[^\]]*\]/g, 'multiple HPAs: […]')
        .replace(/-\d{8}\b/g, '-<minute>')
    );
  };
}
