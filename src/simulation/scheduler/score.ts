import { matchesTerm } from '../../kubernetes/kinds/node_selector.ts';
import { tolerates } from '../../kubernetes/kinds/taints.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import type { Surroundings } from './filter.ts';
import { createInterPodScore } from './inter_pod.ts';
import type { Guest, Seat } from './seats.ts';
import { createSpreadScore } from './spread.ts';

const best = 100;

interface Scorer {
  weight: number;
  score(seat: Seat): number;
  /** Scores that have no scale of their own are stretched: the worst node gets 0, the best one 100. */
  stretched: boolean;
}

/** The node with the most points; of several, the first by name. */
export function bestOf(guest: Guest, feasible: readonly Seat[], surroundings: Surroundings): Seat | undefined {
  const points = feasible.map(() => 0);
  for (const { weight, score, stretched } of scorersFor(guest, surroundings)) {
    const raw = feasible.map(score);
    const scores = stretched ? stretch(raw) : raw;
    for (const [i, value] of scores.entries()) points[i] = (points[i] ?? 0) + weight * Math.floor(value);
  }
  return feasible[points.indexOf(Math.max(...points))];
}

function scorersFor(guest: Guest, surroundings: Surroundings): Scorer[] {
  const { pod } = guest;
  return [
    { weight: 3, score: seat => -shunnedTaints(pod, seat), stretched: true },
    { weight: 2, score: seat => preference(pod, seat), stretched: true },
    { weight: 1, score: seat => mostFree(guest, seat), stretched: false },
    { weight: 2, score: createSpreadScore(pod, surroundings), stretched: true },
    { weight: 2, score: createInterPodScore(pod, surroundings), stretched: true },
    { weight: 1, score: seat => balance(guest, seat), stretched: false },
  ];
}

function stretch(raw: readonly number[]): number[] {
  const low = Math.min(...raw);
  const range = Math.max(...raw) - low;
  return raw.map(value => (range === 0 ? 0 : (best * (value - low)) / range));
}

function shunnedTaints(pod: Pod, { node }: Seat): number {
  const taints = node.spec?.taints ?? [];
  return taints.filter(taint => taint.effect === 'PreferNoSchedule' && !tolerates(pod, taint)).length;
}

function preference(pod: Pod, { node }: Seat): number {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
}

function mostFree(guest: Guest, seat: Seat): number {
  const [cpu, memory] = sharesWith(guest, seat);
  return best * (1 - (cpu + memory) / 2);
}

function balance(guest: Guest, seat: Seat): number {
  const [cpu, memory] = sharesWith(guest, seat);
  return best * (1 - Math.abs(cpu - memory) / 2);
}

/** The shares of CPU and memory that would be requested with this pod. */
function sharesWith({ scored }: Guest, seat: Seat): [number, number] {
  const share = (resource: string) => {
    const wanted = (seat.scored[resource] ?? 0) + (scored[resource] ?? 0);
    return Math.min(1, wanted / (seat.allocatable[resource] || wanted || 1));
  };
  return [share('cpu'), share('memory')];
}
