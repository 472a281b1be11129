import type { Node, Pod } from '../../../kubernetes/objects.ts';
import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { PodUsage, UsageSource } from '../client.ts';
import { type Backend, existing, type ObjectPlace } from '../verbs/write.ts';

/**
 * What a kubelet would answer at a path of its own, asked through the API server: what runs there uses, and which logs
 * it keeps. `undefined` for everything else.
 */
export function answerOfNode(
  backend: Backend,
  place: ObjectPlace,
  { path, usage }: { path: string; usage: UsageSource | undefined },
): { code: number; body: object | string; type?: string } | undefined {
  if (place.resource.plural !== 'nodes') return undefined;
  const [, below = ''] = /\/proxy(?:\/(.*?))?\/?$/.exec(path) ?? [];
  const node = existing(backend, place) as Node;
  if (isSilent(node)) return undefined;
  if (below === 'stats/summary' && usage) return { code: 200, body: summaryOf(backend, node, usage) };
  if (below === 'healthz') return { code: 200, body: 'ok', type: 'text/plain; charset=utf-8' };
  if (below === 'logs') return { code: 200, body: logFolders, type: 'text/html; charset=utf-8' };
  return undefined;
}

/** A kubelet shows its folder of logs as a page; it looks into a journal only where it was configured to. */
const logFolders = `<!doctype html>
<meta name="viewport" content="width=device-width">
<pre>
<a href="containers/">containers/</a>
<a href="pods/">pods/</a>
</pre>
`;

/** Nobody has heard of its kubelet for a while. */
function isSilent({ status }: Node): boolean {
  return status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'Unknown') === true;
}

function summaryOf(backend: Backend, node: Node, usage: UsageSource): object {
  const pods = backend.registry.find('pods');
  const here = new Map(
    (pods ? (backend.store.list(pods) as Pod[]) : [])
      .filter(({ spec }) => spec.nodeName === node.metadata.name)
      .map(pod => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]),
  );
  const own = usage.nodes().find(one => one.node === node.metadata.name);
  const capacity = parseQuantity(node.status?.capacity?.['memory'] ?? '0') ?? 0;
  return {
    node: {
      nodeName: node.metadata.name,
      startTime: node.metadata.creationTimestamp,
      ...(own ? used(own.at, own.cpuCores, own.memoryBytes, capacity) : {}),
    },
    pods: usage.pods().flatMap(one => {
      const pod = here.get(`${one.namespace}/${one.pod}`);
      return pod ? [podSummary(pod, one)] : [];
    }),
  };
}

function podSummary({ metadata, status }: Pod, { at, containers, namespace, pod }: PodUsage): object {
  const sum = (of: (container: PodUsage['containers'][number]) => number) =>
    containers.reduce((total, container) => total + of(container), 0);
  const startedAt = (name: string) =>
    status?.containerStatuses?.find(container => container.name === name)?.state?.running?.startedAt;
  return {
    podRef: { name: pod, namespace, uid: metadata.uid },
    startTime: status?.startTime ?? metadata.creationTimestamp,
    containers: containers.map(({ name, cpuCores, memoryBytes }) => ({
      name,
      startTime: startedAt(name) ?? status?.startTime ?? metadata.creationTimestamp,
      ...used(at, cpuCores, memoryBytes),
    })),
    ...used(
      at,
      sum(({ cpuCores }) => cpuCores),
      sum(({ memoryBytes }) => memoryBytes),
    ),
  };
}

function used(at: number, cpuCores: number, bytes: number, capacity?: number): object {
  const time = timestamp(at);
  const available = capacity ? { availableBytes: Math.max(0, capacity - bytes) } : {};
  return {
    cpu: { time, usageNanoCores: Math.round(cpuCores * 1e9) },
    memory: { time, ...available, usageBytes: bytes, workingSetBytes: bytes, rssBytes: bytes },
  };
}
