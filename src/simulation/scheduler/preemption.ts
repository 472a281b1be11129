import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { PodDisruptionBudget } from '../../kubernetes/kinds/policy.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { noneOf, tally } from './explain.ts';
import { filtersFor, type Misfit, type Surroundings } from './filter.ts';
import { type Guest, type Seat, seatWith, without } from './seats.ts';

/** Who would have to go so that a pod fits on this node. */
interface Candidate {
  seat: Seat;
  victims: readonly Pod[];
  /** How many of them a disruption budget protects. */
  violations: number;
}

export type Preemption =
  | { kind: 'preempt'; node: string; victims: readonly Pod[] }
  /** Why it is of no use, in the scheduler's words. */
  | { kind: 'useless'; message: string };

/** Looks for the node where making room costs least. `against` says what each node had against the pod. */
export function preempt(
  guest: Guest,
  against: ReadonlyMap<Seat, Misfit>,
  surroundings: Surroundings,
  budgets: readonly PodDisruptionBudget[],
): Preemption {
  const ineligible = whyIneligible(guest.pod, surroundings.seats);
  if (ineligible !== undefined) return { kind: 'useless', message: ineligible };
  const reasons: string[] = [];
  const candidates: Candidate[] = [];
  for (const [seat, misfit] of against) {
    const found = misfit.final
      ? 'Preemption is not helpful for scheduling'
      : candidateAt(guest, seat, surroundings, budgets);
    if (typeof found === 'object' && 'victims' in found) candidates.push(found);
    else reasons.push(...(typeof found === 'string' ? [found] : found.reasons));
  }
  const cheapest = candidates.sort(byCost)[0];
  if (cheapest) return { kind: 'preempt', node: cheapest.seat.node.metadata.name, victims: cheapest.victims };
  return { kind: 'useless', message: `${noneOf(against.size)} ${tally(reasons)}.` };
}

function whyIneligible(pod: Pod, seats: readonly Seat[]): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = seats.find(({ node }) => node.metadata.name === pod.status?.nominatedNodeName);
  const isLeaving = [...(nominated?.guests.values() ?? [])].some(
    guest => guest.pod.metadata.deletionTimestamp !== undefined && priorityOf(guest.pod) < priorityOf(pod),
  );
  return isLeaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/** All that matter less would go; then as many as possible may stay, the most important ones first. */
function candidateAt(
  guest: Guest,
  seat: Seat,
  surroundings: Surroundings,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Misfit | string {
  const lesser = [...seat.guests.values()].filter(({ pod }) => priorityOf(pod) < priorityOf(guest.pod));
  if (lesser.length === 0) return 'No preemption victims found for incoming pod';
  let room = without(seat, new Set(lesser.map(({ pod }) => uidOf(pod))));
  const misfit = against(guest, seat, room, surroundings);
  if (misfit) return misfit;
  const { violating, others } = splitByBudgets(lesser.toSorted(byImportance), budgets);
  const victims: Pod[] = [];
  let violations = 0;
  for (const one of [...violating, ...others]) {
    const fuller = seatWith(seat.node, new Map([...room.guests, [uidOf(one.pod), one]]));
    if (!against(guest, seat, fuller, surroundings)) {
      room = fuller;
      continue;
    }
    victims.push(one.pod);
    if (violating.includes(one)) violations += 1;
  }
  return { seat, victims, violations };
}

/** What the pod has against `seat` as it would then be. */
function against(guest: Guest, seat: Seat, changed: Seat, surroundings: Surroundings): Misfit | undefined {
  const seats = surroundings.seats.map(other => (other === seat ? changed : other));
  const filters = filtersFor(guest, { ...surroundings, seats });
  return filters.kind === 'refused' ? { reasons: [filters.message], final: true } : filters.against(changed);
}

function splitByBudgets(guests: readonly Guest[], budgets: readonly PodDisruptionBudget[]) {
  const left = new Map(budgets.map(budget => [budget, budget.status?.disruptionsAllowed ?? 0]));
  const violating: Guest[] = [];
  const others: Guest[] = [];
  for (const guest of guests) {
    let isProtected = false;
    for (const [budget, allowed] of left) {
      if (!covers(budget, guest.pod)) continue;
      left.set(budget, allowed - 1);
      if (allowed <= 0) isProtected = true;
    }
    (isProtected ? violating : others).push(guest);
  }
  return { violating, others };
}

function covers({ metadata, spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (metadata.namespace !== pod.metadata.namespace || !spec.selector) return false;
  const isDisrupted = status?.disruptedPods?.[pod.metadata.name] !== undefined;
  return !isDisrupted && selects(spec.selector, pod.metadata.labels);
}

/** Fewest violated budgets; then the least important victims, fewest of them, and those that started last. */
function byCost(a: Candidate, b: Candidate): number {
  return (
    a.violations - b.violations ||
    highestPriority(a) - highestPriority(b) ||
    sumOfPriorities(a) - sumOfPriorities(b) ||
    a.victims.length - b.victims.length ||
    earliestStart(b) - earliestStart(a)
  );
}

function highestPriority({ victims }: Candidate): number {
  return Math.max(...victims.map(priorityOf));
}

/** Counted from the lowest priority that there is, so that more pods never cost less. */
function sumOfPriorities({ victims }: Candidate): number {
  return victims.reduce((sum, pod) => sum + priorityOf(pod) + 2 ** 31, 0);
}

function earliestStart({ victims }: Candidate): number {
  const important = victims.filter(pod => priorityOf(pod) === Math.max(...victims.map(priorityOf)));
  return Math.min(...important.map(startOf));
}

function byImportance(a: Guest, b: Guest): number {
  return priorityOf(b.pod) - priorityOf(a.pod) || startOf(a.pod) - startOf(b.pod);
}

function startOf({ status, metadata }: Pod): number {
  return Date.parse(status?.startTime ?? metadata.creationTimestamp ?? '') || 0;
}

export function priorityOf({ spec }: Pod): number {
  return spec.priority ?? 0;
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? '';
}
