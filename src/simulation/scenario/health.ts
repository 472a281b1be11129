import type { Pod } from '../../kubernetes/objects.ts';
import type { WorkloadState } from './snapshot.ts';

/** Why a workload isn't well; `undefined` when it is, with as many replicas as it had when all was well. */
export function unhealthy(now: WorkloadState | undefined, before: WorkloadState): string | undefined {
  if (!now) return 'is gone';
  const { spec, status, metadata } = now.deployment;
  const wanted = before.deployment.spec.replicas ?? 1;
  if ((spec.replicas ?? 1) !== wanted) return `should have ${wanted} replicas, and is set to ${spec.replicas ?? 1}`;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'has a change that was not rolled out';
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  if (updatedReplicas < wanted) return `has ${updatedReplicas} of ${wanted} replicas updated`;
  if (replicas > updatedReplicas) return 'has pods of an earlier template';
  if (availableReplicas < wanted) return `has ${availableReplicas} of ${wanted} replicas available`;
  return undefined;
}

export function availableOf(workload: WorkloadState | undefined): number {
  return workload?.deployment.status?.availableReplicas ?? 0;
}

/** What went wrong while time passed between two looks at a workload. */
export function unrest(earlier: WorkloadState, later: WorkloadState): string | undefined {
  const known = new Map(earlier.pods.map(pod => [pod.metadata.uid, restartsOf(pod)]));
  const restarted = later.pods.find(pod => restartsOf(pod) > (known.get(pod.metadata.uid) ?? 0));
  if (restarted) return `did not stay well: ${restarted.metadata.name} has restarted`;
  return later.pods.some(pod => !known.has(pod.metadata.uid)) ? 'did not stay well: pods were replaced' : undefined;
}

function restartsOf(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}
