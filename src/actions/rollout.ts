import type { ContainerStatus, Pod } from '../kubernetes/objects.ts';
import type { WorkloadFacts } from '../kubernetes/workload.ts';
import type { Proof } from './action.ts';

/**
 * The proof that all actions on a Deployment share: the controller has seen the change, every replica runs the new
 * template and is available, and none of the new containers has failed since.
 */
export function proveRollout({ workload, pods }: WorkloadFacts, changedAt: number): Proof {
  const wanted = workload.spec.replicas ?? 1;
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = workload.status ?? {};
  const failed = pods.flatMap(pod => failuresSince(pod, changedAt));
  if (failed.length > 0) return { state: 'failing', says: failed.slice(0, 3).join('; ') };
  if (observedGeneration < (workload.metadata.generation ?? 0))
    return { state: 'pending', says: 'not yet seen by its controller' };
  if (updatedReplicas < wanted) return { state: 'pending', says: `${updatedReplicas} of ${wanted} pods updated` };
  if (replicas > updatedReplicas)
    return { state: 'pending', says: `${replicas - updatedReplicas} old pods still there` };
  if (availableReplicas < wanted) return { state: 'pending', says: `${availableReplicas} of ${wanted} pods available` };
  return { state: 'met', says: `${availableReplicas} of ${wanted} pods updated and available, no failures since` };
}

/** What went wrong in containers of pods that were made by the change. */
function failuresSince(pod: Pod, changedAt: number): string[] {
  if (pod.metadata.deletionTimestamp || createdAt(pod) < changedAt) return [];
  return (pod.status?.containerStatuses ?? []).flatMap(status => {
    const failure = failureOf(status);
    return failure ? [`${pod.metadata.name}/${status.name}: ${failure}`] : [];
  });
}

function createdAt(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
}

const startingUp = ['ContainerCreating', 'PodInitializing'];

function failureOf({ state, lastState, restartCount }: ContainerStatus): string | undefined {
  const ended = state.terminated ?? lastState.terminated;
  if (ended && ended.exitCode !== 0) return `${ended.reason} (exit code ${ended.exitCode}), ${restartCount} restarts`;
  if (state.waiting && !startingUp.includes(state.waiting.reason)) return state.waiting.reason;
  return undefined;
}
