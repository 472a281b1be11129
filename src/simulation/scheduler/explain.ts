import type { Misfit } from './filter.ts';

/** "0/3 nodes are available: 1 Insufficient memory, 2 node(s) were unschedulable. …", as the scheduler puts it. */
export function explain(against: readonly Misfit[], preemption: string | undefined): string {
  const afterwards = preemption === undefined ? '' : ` no new claims to deallocate, preemption: ${preemption}`;
  return `${noneOf(against.length)} ${tally(against.flatMap(({ reasons }) => reasons))}.${afterwards}`;
}

/** When the pod itself is the reason, no node is asked; the words at the end are the scheduler's, too. */
export function explainRefusal(nodes: number, message: string): string {
  return `${noneOf(nodes)} ${message}. not found`;
}

export function noneOf(nodes: number): string {
  return `0/${nodes} nodes are available:`;
}

/** "1 this, 2 that". */
export function tally(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
