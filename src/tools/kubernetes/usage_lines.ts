import type { NodeMetrics, PodMetrics } from '../../kubernetes/kinds/autoscaling.ts';
import type { Container, Node, Pod } from '../../kubernetes/objects.ts';
import { formatBytes, parseQuantity } from '../../kubernetes/quantity.ts';
import { enumerate } from './answer.ts';

type Resource = 'cpu' | 'memory';

/** What is used of one resource, against what was asked for. */
interface Part {
  used: number;
  request?: number;
  limit?: number;
  /** Of the limit, or of the request where there is no limit. */
  share?: number;
}

/** What a container or a node uses. */
export interface Use {
  name: string;
  cpu: Part;
  memory: Part;
  /** By which the fullest is found: memory over its limit kills, cpu only slows. */
  share: number;
  kind: 'container' | 'node';
}

export function containerUses(pod: Pod, metrics: PodMetrics | undefined): Use[] {
  const { containers, initContainers = [] } = pod.spec;
  return (metrics?.containers ?? []).map(({ name, usage }) => {
    const container = [...containers, ...initContainers].find(each => each.name === name);
    const only = containers.length === 1 && initContainers.length === 0;
    const [cpu, memory] = [partOf('cpu', usage, container), partOf('memory', usage, container)];
    const full = only ? pod.metadata.name : `${pod.metadata.name} ${name}`;
    return { name: full, cpu, memory, share: Math.max(cpu.share ?? 0, memory.share ?? 0), kind: 'container' as const };
  });
}

export function nodeUses(nodes: readonly Node[], metrics: readonly NodeMetrics[]): Use[] {
  const usage = new Map(metrics.map(each => [each.metadata.name, each.usage]));
  return nodes.flatMap(({ metadata: { name }, status }) => {
    const used = usage.get(name);
    if (!used) return [];
    const resources = { limits: status?.allocatable ?? {} };
    const [cpu, memory] = [partOf('cpu', used, { resources }), partOf('memory', used, { resources })];
    return [{ name, cpu, memory, share: Math.max(cpu.share ?? 0, memory.share ?? 0), kind: 'node' as const }];
  });
}

function partOf(
  resource: Resource,
  usage: Record<string, string>,
  container: Pick<Container, 'resources'> | undefined,
): Part {
  const amount = (list: Record<string, string> | undefined) => parseQuantity(list?.[resource] ?? '');
  const used = amount(usage) ?? 0;
  const [request, limit] = [amount(container?.resources?.requests), amount(container?.resources?.limits)];
  const whole = limit ?? request;
  return {
    used,
    ...(request === undefined ? {} : { request }),
    ...(limit === undefined ? {} : { limit }),
    ...(whole ? { share: used / whole } : {}),
  };
}

/** Those that use the same are in one line. */
export function useLines(uses: readonly Use[]): string[] {
  const alike = Map.groupBy(uses, ({ cpu, memory, kind }) => {
    const words = kind === 'node' ? nodeWords : containerWords;
    return `memory ${words(memory, 'memory')}; cpu ${words(cpu, 'cpu')}`;
  });
  return [...alike].map(([text, of]) => {
    const names = enumerate(
      of.map(({ name }) => name),
      3,
    );
    return `${names}${of.length > 1 ? ', each' : ''}: ${text}`;
  });
}

/** "240Mi, 94% of its limit 256Mi, 150% of its request 160Mi". */
function containerWords({ used, request, limit }: Part, resource: Resource): string {
  const parts = [
    amountText(used, resource),
    ...(limit ? [`${percent(used, limit)} of its limit ${amountText(limit, resource)}`] : []),
    ...(request ? [`${percent(used, request)} of its request ${amountText(request, resource)}`] : []),
  ];
  if (!limit) parts.push(request ? 'no limit' : 'no request, no limit');
  return parts.join(', ');
}

function nodeWords({ used, limit }: Part, resource: Resource): string {
  const whole = limit ? `, ${percent(used, limit)} of ${amountText(limit, resource)}` : '';
  return `${amountText(used, resource)}${whole}`;
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)}%`;
}

function amountText(value: number, resource: Resource): string {
  if (resource === 'memory') return formatBytes(value);
  return value < 1 ? `${Math.round(value * 1000)}m` : `${Math.round(value * 100) / 100}`;
}
