import type { ClusterReader } from './cluster.ts';
import { kinds } from './kinds.ts';
import type { Deployment, KubeObject, LabelSelector, Pod, PodTemplate, ReplicaSet } from './objects.ts';

/** On a ReplicaSet and its pods: which template they were made from. */
export const templateHashLabel = 'pod-template-hash';

/** A fresh read of a workload and of what hangs on it. */
export interface WorkloadFacts {
  readAt: number;
  workload: Deployment;
  /** Its own, newest revision first. */
  replicaSets: ReplicaSet[];
  pods: Pod[];
}

/** Reads a Deployment with its ReplicaSets and pods; `undefined` when there is none by that name. */
export async function readWorkload(
  cluster: ClusterReader,
  target: { namespace: string; name: string },
  readAt: number,
  signal?: AbortSignal,
): Promise<WorkloadFacts | undefined> {
  const { namespace, name } = target;
  const workload = await cluster.get<Deployment>({ ...kinds.deployment, namespace, name }, signal);
  if (!workload) return undefined;
  const query = { namespace, labelSelector: selectorText(workload.spec.selector) };
  const [sets, pods] = await Promise.all([
    cluster.list<ReplicaSet>(kinds.replicaSet, query, signal),
    cluster.list<Pod>(kinds.pod, query, signal),
  ]);
  const replicaSets = sets.items.filter(set => isOwnedBy(set, workload)).sort((a, b) => revisionOf(b) - revisionOf(a));
  return {
    readAt,
    workload,
    replicaSets,
    pods: pods.items.filter(pod => replicaSets.some(set => isOwnedBy(pod, set))),
  };
}

export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
}

export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (
    object.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === owner.metadata.uid) ?? false
  );
}

/** The template as its Deployment has it: the hash label belongs to the ReplicaSet. */
export function withoutHashLabel(template: PodTemplate): PodTemplate {
  const { [templateHashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** A label selector as the API takes it in a query. */
export function selectorText(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const sets = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...equal, ...sets].join(',');
}
