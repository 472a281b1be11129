import type { Condition } from '../objects.ts';

/** With `next` in the place of the condition of its type; the time changes only when the status does. */
export function withCondition(conditions: readonly Condition[], next: Condition, now: string): Condition[] {
  const at = conditions.findIndex(({ type }) => type === next.type);
  const before = conditions[at];
  const lastTransitionTime = before?.status === next.status ? (before.lastTransitionTime ?? now) : now;
  return conditions.toSpliced(at < 0 ? conditions.length : at, at < 0 ? 0 : 1, { ...next, lastTransitionTime });
}
