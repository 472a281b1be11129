import { amountText } from '../../kubernetes/kinds/amount.ts';
import type { Container, Pod } from '../../kubernetes/objects.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { PodUsage } from './node_usage.ts';

export type Starved = 'memory' | 'ephemeral-storage';

export interface Candidate {
  pod: Pod;
  usage: PodUsage;
}

/** Who goes first: those above their requests, then the less important, then the greediest. */
export function inOrderOfEviction<T extends Candidate>(candidates: readonly T[], starved: Starved): T[] {
  const excess = ({ pod, usage }: T) => usedBy(usage, starved) - requestOf(pod, starved);
  const priority = ({ pod }: T) => pod.spec.priority ?? 0;
  return candidates.toSorted(
    (a, b) => Number(excess(b) > 0) - Number(excess(a) > 0) || priority(a) - priority(b) || excess(b) - excess(a),
  );
}

export function lowMessage(
  starved: Starved,
  { usage, pod }: Candidate,
  seen: { threshold: number; available: number },
): string {
  const containers = usage.containers.flatMap(({ running, memoryBytes, diskBytes }) => {
    const spec = specOf(pod, running.container);
    const used = Math.floor(starved === 'memory' ? memoryBytes : diskBytes);
    const request = spec?.resources?.requests?.[starved] ?? '0';
    if (used <= (parseQuantity(request) ?? 0)) return [];
    const use = `was using ${bytesText(used)}, request is ${request}, has larger consumption of ${starved}`;
    return [`Container ${running.container} ${use}. `];
  });
  const quantities = `Threshold quantity: ${bytesText(seen.threshold)}, available: ${bytesText(seen.available)}. `;
  return `The node was low on resource: ${starved}. ${quantities}${containers.join('')}`;
}

/** A pod that has written more than it may, in the words in which it is told. */
export function storageProblem({ pod, usage }: Candidate): string | undefined {
  return emptyDirProblem(pod, usage) ?? podProblem(pod, usage) ?? containerProblem(pod, usage);
}

function emptyDirProblem(pod: Pod, usage: PodUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit === undefined) continue;
    const used = usage.containers
      .filter(({ running }) => volumeOf(pod, running.container, running.process.disk?.path) === name)
      .reduce((sum, { diskBytes }) => sum + diskBytes, 0);
    if (used > (parseQuantity(limit) ?? Infinity))
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  return undefined;
}

/** Only a pod whose containers have limits has one. */
function podProblem({ spec }: Pod, usage: PodUsage): string | undefined {
  const limits = spec.containers.flatMap(({ resources }) => resources?.limits?.['ephemeral-storage'] ?? []);
  if (limits.length < spec.containers.length) return undefined;
  const total = limits.reduce((sum, one) => sum + (parseQuantity(one) ?? 0), 0);
  if (usage.diskBytes <= total) return undefined;
  const text = limits.length === 1 ? limits[0] : bytesText(total);
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${text}. `;
}

function containerProblem(pod: Pod, usage: PodUsage): string | undefined {
  for (const { running, diskBytes } of usage.containers) {
    const limit = specOf(pod, running.container)?.resources?.limits?.['ephemeral-storage'];
    const onVolume = volumeOf(pod, running.container, running.process.disk?.path) !== undefined;
    if (limit === undefined || onVolume || diskBytes <= (parseQuantity(limit) ?? Infinity)) continue;
    return `Container ${running.container} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}

function volumeOf(pod: Pod, container: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  return specOf(pod, container)?.volumeMounts?.find(
    ({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`),
  )?.name;
}

function specOf({ spec }: Pod, name: string): Container | undefined {
  return [...spec.containers, ...(spec.initContainers ?? [])].find(one => one.name === name);
}

function usedBy(usage: PodUsage, starved: Starved): number {
  return starved === 'memory' ? usage.memoryBytes : usage.diskBytes;
}

function requestOf({ spec }: Pod, starved: Starved): number {
  return spec.containers.reduce(
    (sum, { resources }) => sum + (parseQuantity(resources?.requests?.[starved] ?? '0') ?? 0),
    0,
  );
}

function bytesText(bytes: number): string {
  return amountText({ nano: BigInt(Math.round(bytes)) * 1_000_000_000n, binary: true });
}
