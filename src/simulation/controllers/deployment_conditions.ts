import type { Condition } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find(condition => condition.type === type);
}

/** The same status for the same reason is no news, whatever the message says. What is new comes last. */
export function withCondition(conditions: readonly Condition[], next: Condition, now: number): Condition[] {
  const before = conditionOf(conditions, next.type);
  if (before?.status === next.status && before.reason === next.reason) return [...conditions];
  const time = timestamp(now);
  const kept = before?.status === next.status ? before.lastTransitionTime : undefined;
  const lastTransitionTime = next.lastTransitionTime ?? kept ?? time;
  return [
    ...without(conditions, next.type),
    { ...next, lastUpdateTime: next.lastUpdateTime ?? time, lastTransitionTime },
  ];
}

export function without(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter(condition => condition.type !== type);
}

export function progressing(status: Condition['status'], reason: string, message: string): Condition {
  return { type: 'Progressing', status, reason, message };
}
