import type { StatefulSet, StatefulSetStatus } from '../../kubernetes/kinds/workloads.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { withoutZeros } from './deployment_status.ts';
import { isAvailable } from './pods.ts';
import { isCreated, isRunningAndReady, isTerminating, revisionOfPod, type Templates } from './statefulset_pods.ts';

type Counts = Required<
  Pick<StatefulSetStatus, 'replicas' | 'readyReplicas' | 'currentReplicas' | 'updatedReplicas' | 'availableReplicas'>
>;

export function countPods(set: StatefulSet, { current, update }: Templates, pods: Pod[], now: number): Counts {
  const created = pods.filter(isCreated);
  const ready = created.filter(isRunningAndReady);
  const staying = created.filter(pod => !isTerminating(pod));
  const of = (name: string) => staying.filter(pod => revisionOfPod(pod) === name).length;
  return {
    replicas: created.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter(pod => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length,
    currentReplicas: of(current.metadata.name),
    updatedReplicas: of(update.metadata.name),
  };
}

/** The status that says so. A rolling update is complete when all replicas are new and ready. */
export function statefulSetStatus(
  set: StatefulSet,
  { current, update }: Templates,
  counts: Partial<Counts>,
  collisionCount: number,
): StatefulSetStatus {
  const { replicas = 0, readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0, availableReplicas = 0 } = counts;
  const isComplete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    [replicas, readyReplicas, updatedReplicas].every(count => count === (set.spec.replicas ?? 1));
  return {
    observedGeneration: set.metadata.generation ?? 1,
    replicas,
    ...withoutZeros({
      readyReplicas,
      currentReplicas: isComplete ? updatedReplicas : Math.max(0, currentReplicas),
      updatedReplicas,
    }),
    availableReplicas,
    currentRevision: (isComplete ? update : current).metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
  };
}
