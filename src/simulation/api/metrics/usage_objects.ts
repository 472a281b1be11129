import type { NodeMetrics, PodMetrics } from '../../../kubernetes/kinds/autoscaling.ts';
import type { KubeObject, Pod } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import type { NodeUsage, PodUsage } from '../client.ts';
import { canonicalQuantity } from '../quantity.ts';

/** A container that has run for less than this was never measured. */
const firstMeasureMs = 15_000;
const page = 4096;

/** What a metrics server says of a pod; nothing while one of its containers is too young to have been measured. */
export function podMetrics(pod: Pod, { at, windowMs, containers }: PodUsage, now: number): PodMetrics | undefined {
  if (pod.status?.phase !== 'Running' || containers.length === 0) return undefined;
  const started = (pod.status.containerStatuses ?? []).map(({ state }) => Date.parse(state.running?.startedAt ?? ''));
  if (started.some(time => at - time < firstMeasureMs)) return undefined;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: metadataOf(pod, now),
    timestamp: timestamp(at),
    window: durationText(windowMs),
    containers: containers.map(({ name, cpuCores, memoryBytes }) => ({
      name,
      usage: usageText(cpuCores, memoryBytes),
    })),
  };
}

export function nodeMetrics(node: KubeObject, usage: NodeUsage, now: number): NodeMetrics {
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: metadataOf(node, now),
    timestamp: timestamp(usage.at),
    window: durationText(usage.windowMs),
    usage: usageText(usage.cpuCores, usage.memoryBytes),
  };
}

function metadataOf({ metadata: { name, namespace, labels } }: KubeObject, now: number): KubeObject['metadata'] {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: timestamp(now),
    ...(labels ? { labels } : {}),
  };
}

/** CPU in billionths of a core, memory in pages, each in its canonical form. */
function usageText(cores: number, bytes: number): Record<string, string> {
  return {
    cpu: canonicalQuantity(`${Math.round(cores * 1e9)}n`) ?? '0',
    memory: canonicalQuantity(`${Math.round(bytes / page) * (page / 1024)}Ki`) ?? '0',
  };
}

/** As Go writes a duration: "15s", "1m0.5s". */
function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms - minutes * 60_000) / 1000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
