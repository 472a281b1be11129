import type { Pod } from '../../kubernetes/objects.ts';
import { shownContainers, statusOf } from './container_lines.ts';

/** "2 CrashLoopBackOff, 1 Pending". */
export function statesOf(pods: readonly Pod[]): string {
  return [...Map.groupBy(pods, stateOf)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([state, of]) => `${of.length} ${state}`)
    .join(', ');
}

function stateOf(pod: Pod): string {
  if (pod.metadata.deletionTimestamp) return 'Terminating';
  const reasons = shownContainers(pod).map(({ name }) => {
    const { waiting, terminated } = statusOf(pod, name)?.state ?? {};
    return waiting?.reason ?? terminated?.reason;
  });
  return (
    reasons.find(Boolean) ??
    pod.status?.reason ??
    (pod.status?.phase === 'Running' ? 'not ready' : (pod.status?.phase ?? 'Pending'))
  );
}
