import type { PodDisruptionBudget } from '../../kubernetes/kinds/policy.ts';
import type { KubeObject, OwnerReference, Pod } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import { controllerOf } from './ownership.ts';

/** What a budget demands of the pods that it selects. */
export interface Demand {
  expectedPods: number;
  desiredHealthy: number;
  /** Names of pods that nobody controls, where the budget needs to know how many there ought to be. */
  unmanaged: string[];
}

/** Why a budget can't be worked out. */
export class NoScale extends Error {
  override readonly name = 'NoScale';
}

type Workload = KubeObject & { spec: { replicas?: number } };

/** Kinds with a scale, by the resource that they are reached under. */
const scalable: Readonly<Record<string, string>> = {
  'apps/Deployment': 'deployments.apps',
  'apps/ReplicaSet': 'replicasets.apps',
  'apps/StatefulSet': 'statefulsets.apps',
  '/ReplicationController': 'replicationcontrollers',
};

export async function demandOf(client: ApiClient, budget: PodDisruptionBudget, pods: Pod[]): Promise<Demand> {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    const { expectedPods, unmanaged } = await expectedScale(client, pods);
    return { expectedPods, unmanaged, desiredHealthy: Math.max(0, expectedPods - share(maxUnavailable, expectedPods)) };
  }
  if (typeof minAvailable === 'string') {
    const { expectedPods, unmanaged } = await expectedScale(client, pods);
    return { expectedPods, unmanaged, desiredHealthy: share(minAvailable, expectedPods) };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: [] };
  return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: [] };
}

/** A number, or a percentage of `whole`, rounded up. */
function share(value: number | string, whole: number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  if (percent === undefined)
    throw new NoScale(`invalid value for IntOrString: invalid type: string is not a percentage`);
  return Math.ceil((Number(percent) * whole) / 100);
}

/** The sum of what all the controllers of these pods want. */
async function expectedScale(client: ApiClient, pods: Pod[]): Promise<{ expectedPods: number; unmanaged: string[] }> {
  const scales = new Map<string, number>();
  const seen = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) unmanaged.push(pod.metadata.name);
    if (!owner || seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const scale = await scaleOf(client, owner, pod);
    scales.set(scale.uid, scale.replicas);
  }
  return { expectedPods: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

/** Of the workload at the top: a Deployment rather than its ReplicaSets, which come and go. */
async function scaleOf(client: ApiClient, owner: OwnerReference, pod: Pod): Promise<{ uid: string; replicas: number }> {
  const group = owner.apiVersion.includes('/') ? owner.apiVersion.split('/')[0] : '';
  const resource = scalable[`${group}/${owner.kind}`];
  if (!resource) {
    const plural = `${owner.kind.toLowerCase()}s${group ? `.${group}` : ''}`;
    throw new NoScale(`${plural} does not implement the scale subresource`);
  }
  const workload = await client.get<Workload>(resource, owner.name, pod.metadata.namespace);
  if (workload?.metadata.uid !== owner.uid) throw new NoScale(`found no controllers for pod "${pod.metadata.name}"`);
  const above = controllerOf(workload);
  if (owner.kind === 'ReplicaSet' && above?.kind === 'Deployment') return scaleOf(client, above, pod);
  return { uid: owner.uid, replicas: workload.spec.replicas ?? 1 };
}
