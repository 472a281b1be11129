import type { Job, JobStatus } from '../../kubernetes/kinds/workloads.ts';
import type { Condition } from '../../kubernetes/objects.ts';
import { timestamp } from '../../lib/timestamp.ts';

export function jobCondition(type: string, reason: string, message: string): Condition {
  return { type, status: 'True', reason, message };
}

export function conditionIn(status: JobStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find(one => one.type === type && one.status === 'True');
}

/** How it has ended, when it has. */
export function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  return (['Complete', 'Failed'] as const).find(type => conditionIn(status, type));
}

/** Returns whether anything is new. A condition that was never true isn't written as false. */
export function setJobCondition(status: JobStatus, condition: Condition, now: number): boolean {
  const time = timestamp(now);
  const next = { ...condition, lastProbeTime: time, lastTransitionTime: time };
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === condition.type);
  if (!before) {
    if (condition.status === 'False') return false;
    status.conditions = [...conditions, next];
    return true;
  }
  const isSame = (['status', 'reason', 'message'] as const).every(key => before[key] === condition[key]);
  if (!isSame) status.conditions = conditions.map(one => (one === before ? next : one));
  return !isSame;
}
