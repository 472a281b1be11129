import type { Pod } from '../../kubernetes/objects.ts';
import { boundsFor, type DaemonPlan, type DaemonRound, isAvailableIn, isUpdated } from './daemonset_plan.ts';

interface OnNode {
  node: string;
  old: Pod | undefined;
  next: Pod | undefined;
}

/** The next step of a rolling update, within what may be unavailable, or surge. */
export function planRollout(round: DaemonRound): DaemonPlan {
  const desired = round.nodes.filter(node => round.place(node).shouldRun);
  const names = new Set([...desired.map(({ metadata }) => metadata.name), ...round.podsOn.keys()]);
  const pairs = [...names].map(node => pairOn(round, node));
  const { maxSurge, maxUnavailable } = boundsFor(round.set, desired.length);
  return maxSurge === 0
    ? replaceWithin(round, pairs, maxUnavailable)
    : surgeWithin(round, pairs, { maxSurge, desired: desired.length });
}

/** `undefined` for a node with more than one of a kind, which is put right first. */
function pairOn(round: DaemonRound, node: string): OnNode | undefined {
  const pods = (round.podsOn.get(node) ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const next = pods.filter(pod => isUpdated(pod, round));
  const old = pods.filter(pod => !isUpdated(pod, round));
  return next.length > 1 || old.length > 1 ? undefined : { node, old: old[0], next: next[0] };
}

function replaceWithin(round: DaemonRound, pairs: (OnNode | undefined)[], maxUnavailable: number): DaemonPlan {
  let unavailable = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pair of pairs) {
    if (!pair || (pair.old === undefined) === (pair.next === undefined)) unavailable += 1;
    else if (pair.next) unavailable += isAvailableIn(round, pair.next) ? 0 : 1;
    else if (pair.old && !isAvailableIn(round, pair.old)) {
      broken.push(pair.old);
      unavailable += 1;
    } else if (pair.old && unavailable < maxUnavailable) candidates.push(pair.old);
  }
  return { create: [], remove: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

function surgeWithin(
  round: DaemonRound,
  pairs: (OnNode | undefined)[],
  { maxSurge, desired }: { maxSurge: number; desired: number },
): DaemonPlan {
  const isUp = (pod: Pod | undefined) => pod !== undefined && isAvailableIn(round, pod);
  const known = pairs.filter(pair => pair !== undefined);
  const wanted = new Set(round.nodes.filter(node => round.place(node).shouldRun).map(({ metadata }) => metadata.name));
  let surging = pairs.length - known.length;
  const plan: DaemonPlan = { create: [], remove: [] };
  const candidates: string[] = [];
  const unwanted: Pod[] = [];
  for (const { node, old, next } of known) {
    if (!old) continue;
    if (next) {
      if (isUp(next)) plan.remove.push(old);
      else surging += 1;
    } else if (!wanted.has(node)) (isUp(old) ? unwanted : plan.remove).push(old);
    else if (!isUp(old)) plan.create.push(node);
    else candidates.push(node);
  }
  const available = known.filter(({ old, next }) => isUp(old ?? next)).length;
  plan.remove.push(...unwanted.slice(0, Math.max(0, available - desired)));
  plan.create.push(...candidates.slice(0, Math.max(0, maxSurge - surging)));
  return plan;
}
