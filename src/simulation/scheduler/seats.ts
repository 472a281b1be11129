import type { Node, Pod } from '../../kubernetes/objects.ts';
import { isOver } from '../controllers/pods.ts';
import { type Amounts, amountsOf, requestOf, scoredRequestOf, sum } from './amounts.ts';

/** A pod with what it asks for, which is worked out once. */
export interface Guest {
  readonly pod: Pod;
  readonly request: Amounts;
  readonly scored: Amounts;
}

/** A node, and the pods that are on it or on their way there. */
export interface Seat {
  readonly node: Node;
  readonly allocatable: Amounts;
  readonly guests: ReadonlyMap<string, Guest>;
  readonly requested: Amounts;
  readonly scored: Amounts;
}

/** All seats, in the order of their names, kept up to date by what the API tells. */
export interface Seats {
  all(): readonly Seat[];
  named(node: string): Seat | undefined;
  putNode(node: Node): void;
  removeNode(name: string): void;
  /** A pod as it now is; `node` is where it is about to go when it doesn't say so itself yet. */
  putPod(pod: Pod, node?: string): void;
  removePod(uid: string): void;
}

export function guestOf(pod: Pod): Guest {
  return { pod, request: requestOf(pod), scored: scoredRequestOf(pod) };
}

/** The same seat without some of its guests. */
export function without(seat: Seat, uids: ReadonlySet<string>): Seat {
  return seatWith(seat.node, new Map([...seat.guests].filter(([uid]) => !uids.has(uid))));
}

export function seatWith(node: Node, guests: ReadonlyMap<string, Guest>): Seat {
  let requested: Amounts = {};
  let scored: Amounts = {};
  for (const guest of guests.values()) {
    requested = sum(requested, guest.request);
    scored = sum(scored, guest.scored);
  }
  return { node, allocatable: amountsOf(node.status?.allocatable), guests, requested, scored };
}

export function createSeats(): Seats {
  const nodes = new Map<string, Node>();
  const guests = new Map<string, Map<string, Guest>>();
  const places = new Map<string, string>();
  const seats = new Map<string, Seat>();
  let sorted: readonly Seat[] | undefined;

  function renew(name: string): void {
    const node = nodes.get(name);
    if (node) seats.set(name, seatWith(node, guests.get(name) ?? new Map()));
    else seats.delete(name);
    sorted = undefined;
  }

  function removePod(uid: string): void {
    const place = places.get(uid);
    if (place === undefined) return;
    places.delete(uid);
    guests.get(place)?.delete(uid);
    renew(place);
  }

  return {
    all() {
      sorted ??= [...seats.values()].sort((a, b) => (a.node.metadata.name < b.node.metadata.name ? -1 : 1));
      return sorted;
    },
    named: node => seats.get(node),
    putNode(node) {
      nodes.set(node.metadata.name, node);
      renew(node.metadata.name);
    },
    removeNode(name) {
      nodes.delete(name);
      renew(name);
    },
    putPod(pod, node = pod.spec.nodeName) {
      const uid = pod.metadata.uid ?? '';
      if (node === undefined || isOver(pod)) return removePod(uid);
      if (places.get(uid) !== node) removePod(uid);
      const known = guests.get(node)?.get(uid);
      const here = guests.get(node) ?? new Map<string, Guest>();
      here.set(uid, known ? { ...known, pod } : guestOf(pod));
      guests.set(node, here);
      places.set(uid, node);
      renew(node);
    },
    removePod,
  };
}
