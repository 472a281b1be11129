import type { Increase } from '../windows.ts';
import { type AlertRule, type Finding, minute } from './rule.ts';

/** No names of kube-prometheus: what programs and the ingress controller say about their requests. */
export const requestRules: readonly AlertRule[] = [
  {
    name: 'HighErrorRate',
    severity: 'critical',
    summary: 'A service answers too many requests with an error.',
    forMs: minute,
    find: ({ increases }) =>
      failing(increases('requests', 2 * minute), ['namespace', 'service'], ({ namespace, service }, share) => ({
        labels: { namespace, service },
        description: `Service ${namespace}/${service} fails ${share} of its requests.`,
      })),
  },
  {
    name: 'IngressHighErrorRate',
    severity: 'critical',
    summary: 'Too many requests from outside are answered with an error.',
    forMs: minute,
    find: ({ increases }) =>
      failing(increases('entered', 2 * minute), ['namespace', 'ingress', 'service'], (labels, share) => ({
        labels,
        description: `${share} of the requests for ${labels['namespace']}/${labels['service']} through Ingress ${labels['ingress']} fail.`,
      })),
  },
  {
    name: 'DependencyErrorRate',
    severity: 'warning',
    summary: 'Calls to another service fail.',
    forMs: minute,
    find: ({ increases }) =>
      failing(increases('sent', 2 * minute), ['namespace', 'host'], ({ namespace, host }, share) => ({
        labels: { namespace, host },
        description: `${share} of the calls from namespace ${namespace} to ${host} fail.`,
      })),
  },
  {
    name: 'HighLatency',
    severity: 'warning',
    summary: 'A service takes long to answer.',
    forMs: 2 * minute,
    find: ({ increases }) =>
      [...grouped(increases('buckets', 2 * minute), ['namespace', 'service'])].flatMap(([, { labels, items }]) => {
        const seconds = quantileOf(0.99, items);
        if (!(seconds > 1)) return [];
        const { namespace = '', service = '' } = labels;
        const description = `Of 100 requests to service ${namespace}/${service} one takes ${seconds.toFixed(1)}s or longer.`;
        return [{ labels: { namespace, service }, description }];
      }),
  },
];

/** More than one in twenty came to a server's error, or to nothing. */
function failing<K extends string>(
  all: readonly Increase[],
  names: readonly K[],
  say: (labels: Record<K, string>, share: string) => Finding,
): Finding[] {
  return [...grouped(all, names)].flatMap(([, { labels, items }]) => {
    const sum = (these: readonly Increase[]) => these.reduce((total, { increase }) => total + increase, 0);
    const share = sum(items.filter(({ labels: { code = '' } }) => !/^[1-4]/.test(code))) / sum(items);
    return share > 0.05 ? [say(labels, `${Math.round(share * 100)}%`)] : [];
  });
}

interface Group<K extends string> {
  labels: Record<K, string>;
  items: Increase[];
}

function grouped<K extends string>(all: readonly Increase[], names: readonly K[]): Map<string, Group<K>> {
  const groups = new Map<string, Group<K>>();
  for (const one of all) {
    const labels = Object.fromEntries(names.map(name => [name, one.labels[name] ?? ''])) as Record<K, string>;
    const key = Object.values(labels).join('\n');
    const group = groups.get(key) ?? { labels, items: [] };
    group.items.push(one);
    groups.set(key, group);
  }
  return groups;
}

/** As Prometheus does it: a straight line within the bucket, and the last bound beyond all of them. */
function quantileOf(share: number, buckets: readonly Increase[]): number {
  const byBound = new Map<number, number>();
  for (const { labels, increase } of buckets) {
    const bound = Number(labels['le']);
    byBound.set(bound, (byBound.get(bound) ?? 0) + increase);
  }
  const sorted = [...byBound].sort(([a], [b]) => a - b);
  const rank = share * (sorted.at(-1)?.[1] ?? 0);
  if (!(rank > 0)) return 0;
  const at = sorted.findIndex(([, count]) => count >= rank);
  const [bound = 0, count = 0] = sorted[at] ?? [];
  const [below, before] = sorted[at - 1] ?? [0, 0];
  return bound === Infinity ? below : below + ((bound - below) * (rank - before)) / (count - before);
}
