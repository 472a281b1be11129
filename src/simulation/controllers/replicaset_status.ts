import type { Condition, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ApiError } from '../api/client.ts';
import { withoutZeros } from './deployment_status.ts';
import { isAvailable, isReady } from './pods.ts';

export interface Counted {
  active: Pod[];
  terminating: number;
  failure: ApiError | undefined;
  now: number;
}

/** The status that says so. */
export function replicaSetStatus(replicaSet: ReplicaSet, counted: Counted): NonNullable<ReplicaSet['status']> {
  const { active, terminating, now } = counted;
  const { minReadySeconds = 0, template } = replicaSet.spec;
  const templateLabels = Object.entries(template.metadata?.labels ?? {});
  const isFullyLabeled = ({ metadata }: Pod) =>
    templateLabels.every(([key, value]) => metadata.labels?.[key] === value);
  const conditions = conditionsOf(replicaSet, counted);
  return {
    replicas: active.length,
    ...withoutZeros({
      fullyLabeledReplicas: active.filter(isFullyLabeled).length,
      readyReplicas: active.filter(isReady).length,
      availableReplicas: active.filter(pod => isAvailable(pod, minReadySeconds, now)).length,
    }),
    terminatingReplicas: terminating,
    observedGeneration: replicaSet.metadata.generation ?? 1,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** A failure is told as it was first, for as long as there is one. */
function conditionsOf({ spec, status }: ReplicaSet, { active, failure, now }: Counted): Condition[] {
  const before = status?.conditions ?? [];
  const others = before.filter(({ type }) => type !== 'ReplicaFailure');
  if (!failure) return others;
  if (others.length < before.length) return before;
  const reason = active.length < (spec.replicas ?? 1) ? 'FailedCreate' : 'FailedDelete';
  const { message } = failure;
  return [...others, { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime: timestamp(now) }];
}
