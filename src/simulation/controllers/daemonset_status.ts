import type { DaemonSetStatus } from '../../kubernetes/kinds/workloads.ts';
import { type DaemonRound, isAvailableIn, isUpdated, oldestScheduledFirst } from './daemonset_plan.ts';
import { withoutZeros } from './deployment_status.ts';
import { isReady } from './pods.ts';

/** The status that says how many nodes should have a daemon, and how those that have one are doing. */
export function daemonSetStatus(round: DaemonRound): DaemonSetStatus {
  const { set, nodes, podsOn } = round;
  const podOn = ({ metadata }: { metadata: { name: string } }) =>
    podsOn.get(metadata.name)?.toSorted(oldestScheduledFirst)[0];
  const wanted = nodes.filter(node => round.place(node).shouldRun);
  const scheduled = wanted.flatMap(node => podOn(node) ?? []);
  const available = scheduled.filter(pod => isAvailableIn(round, pod)).length;
  const { collisionCount } = set.status ?? {};
  return {
    currentNumberScheduled: scheduled.length,
    numberMisscheduled: nodes.filter(node => !round.place(node).shouldRun && podOn(node)).length,
    desiredNumberScheduled: wanted.length,
    numberReady: scheduled.filter(isReady).length,
    observedGeneration: set.metadata.generation ?? 1,
    ...withoutZeros({
      updatedNumberScheduled: scheduled.filter(pod => isUpdated(pod, round)).length,
      numberAvailable: available,
      numberUnavailable: wanted.length - available,
    }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}
