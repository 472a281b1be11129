import type { Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ApiClient } from '../api/client.ts';
import { createAnnouncer } from './announce.ts';
import { type News, watchCluster } from './cluster_view.ts';
import { explain, explainRefusal } from './explain.ts';
import { type Filter, filtersFor, type Misfit, type Surroundings } from './filter.ts';
import { createPending } from './pending.ts';
import { preempt, priorityOf } from './preemption.ts';
import { bestOf } from './score.ts';
import { type Guest, guestOf, type Seat, seatWith } from './seats.ts';
import { createSeriesRecorder } from './series_recorder.ts';
import { askForVolumes, unboundClaims } from './volume_binding.ts';
import { claimNames } from './volumes.ts';

/** Gives each pod a node that it fits on, and says why when there is none. */
export function createScheduler({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const events = createSeriesRecorder({ client, clock, component: 'default-scheduler' });
  const announce = createAnnouncer({ client, clock, events });
  const pending = createPending(clock, schedule);
  const view = watchCluster(client, { onPending: pending.put, onSettled: settled, onNews: news });
  /** Pods that made room for themselves and wait for it; and pods that wait for their volumes. */
  const nominated = new Map<string, { pod: Pod; node: string }>();
  const preparing = new Map<string, { node: string; since: number }>();
  let firstSeat = 0;

  function settled(uid: string): void {
    pending.remove(uid);
    nominated.delete(uid);
    preparing.delete(uid);
  }

  function news(what: News): void {
    if (what === 'company') pending.wake(caresForCompany);
    else if (what === 'storage') pending.wake(pod => claimNames(pod).length > 0);
    else pending.wake();
  }

  async function schedule(pod: Pod): Promise<boolean> {
    const uid = pod.metadata.uid ?? '';
    if (preparing.has(uid)) return waitForVolumes(pod, uid);
    const seats = seatsFor(pod);
    const guest = guestOf(pod);
    if (seats.length === 0) return fail(pod, 'no nodes available to schedule pods');
    const surroundings: Surroundings = { seats, storage: view.storage, namespaceLabels: view.namespaceLabels };
    const filters = filtersFor(guest, surroundings);
    if (filters.kind === 'refused') return fail(pod, explainRefusal(seats.length, filters.message));
    const { feasible, against } = sift(seats, filters.against);
    const best = bestOf(guest, feasible, surroundings);
    return best ? place(pod, best) : makeRoom(guest, against, surroundings);
  }

  /** All seats, with those taken that more important pods have made room on. */
  function seatsFor(pod: Pod): readonly Seat[] {
    const waiting = [...nominated.values()].filter(
      one => one.pod.metadata.uid !== pod.metadata.uid && priorityOf(one.pod) >= priorityOf(pod),
    );
    if (waiting.length === 0) return view.seats.all();
    return view.seats.all().map(seat => {
      const here = waiting.filter(({ node }) => node === seat.node.metadata.name);
      const guests = here.map((one): [string, Guest] => [one.pod.metadata.uid ?? '', guestOf(one.pod)]);
      return here.length === 0 ? seat : seatWith(seat.node, new Map([...seat.guests, ...guests]));
    });
  }

  /** In a large cluster some good nodes are enough; the next pod is looked for further on. */
  function sift(seats: readonly Seat[], filter: Filter): { feasible: Seat[]; against: Map<Seat, Misfit> } {
    const enough = enoughOf(seats.length);
    const feasible: Seat[] = [];
    const against = new Map<Seat, Misfit>();
    let looked = 0;
    for (; looked < seats.length && feasible.length < enough; looked++) {
      const seat = seats[(firstSeat + looked) % seats.length];
      if (!seat) continue;
      const misfit = filter(seat);
      if (misfit) against.set(seat, misfit);
      else feasible.push(seat);
    }
    firstSeat = enough < seats.length ? (firstSeat + looked) % seats.length : 0;
    return { feasible, against };
  }

  async function place(pod: Pod, { node }: Seat): Promise<boolean> {
    const uid = pod.metadata.uid ?? '';
    view.seats.putPod(pod, node.metadata.name);
    try {
      const claims = unboundClaims(pod, view.storage);
      if (claims.length === 0) return await bind(pod, node.metadata.name);
      preparing.set(uid, { node: node.metadata.name, since: clock.now() });
      await askForVolumes(client, claims, node, view.storage);
      return false;
    } catch (error) {
      view.seats.removePod(uid);
      preparing.delete(uid);
      throw error;
    }
  }

  async function waitForVolumes(pod: Pod, uid: string): Promise<boolean> {
    const { node, since } = preparing.get(uid) ?? { node: '', since: 0 };
    if (unboundClaims(pod, view.storage).length === 0) return bind(pod, node);
    if (clock.now() - since < volumePatience) return false;
    preparing.delete(uid);
    view.seats.removePod(uid);
    return fail(pod, 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded');
  }

  async function bind(pod: Pod, node: string): Promise<boolean> {
    await client.bind(pod, node);
    announce.placed(pod, node);
    return true;
  }

  async function makeRoom(
    guest: Guest,
    against: ReadonlyMap<Seat, Misfit>,
    surroundings: Surroundings,
  ): Promise<boolean> {
    const { pod } = guest;
    const uid = pod.metadata.uid ?? '';
    const answer = preempt(guest, against, surroundings, view.budgets());
    const misfits = [...against.values()];
    if (answer.kind === 'useless') {
      const isNominated = nominated.has(uid) && answer.message.startsWith('not eligible');
      if (!isNominated) nominated.delete(uid);
      return fail(pod, explain(misfits, answer.message), isNominated ? undefined : '');
    }
    nominated.set(uid, { pod, node: answer.node });
    for (const victim of answer.victims) await announce.preempt(victim, pod, answer.node);
    return fail(pod, explain(misfits, undefined), answer.node);
  }

  async function fail(pod: Pod, message: string, nominatedNode?: string): Promise<boolean> {
    await announce.refused(pod, message, nominatedNode);
    return false;
  }

  return {
    stop() {
      events.stop();
      pending.stop();
      view.stop();
    },
  };
}

const volumePatience = 600_000;

/** Below a hundred nodes all of them are looked at. */
function enoughOf(nodes: number): number {
  if (nodes < 100) return nodes;
  return Math.max(100, Math.floor((nodes * Math.max(5, 50 - Math.floor(nodes / 125))) / 100));
}

function caresForCompany({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return Boolean(podAffinity || podAntiAffinity || spec.topologySpreadConstraints?.length);
}
