import type { Pod } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { ApiError } from '../api/client.ts';
import { priorityOf } from './preemption.ts';

/** Pods that wait for a node. */
export interface Pending {
  put(pod: Pod): void;
  remove(uid: string): void;
  all(): Iterable<Pod>;
  /** Something has changed: those who may care are tried again, when they have waited long enough. */
  wake(mayCare?: (pod: Pod) => boolean): void;
  stop(): void;
}

interface Entry {
  pod: Pod;
  order: number;
  attempts: number;
  /** Not tried again before this time, even when there is reason to. */
  restsUntil: number;
  /** There is reason to try it. */
  active: boolean;
}

const firstRest = 1000;
const longestRest = 10_000;
/** After so long a pod is tried again without any reason. */
const patience = 300_000;

/**
 * Tries pods one at a time: the more important ones first, then those that have waited longest. `attempt` says whether
 * the pod is off the list for good.
 */
export function createPending(clock: Clock, attempt: (pod: Pod) => Promise<boolean>): Pending {
  const entries = new Map<string, Entry>();
  const stopped = new AbortController();
  let orders = 0;
  let working = false;
  let alarm: { at: number; abort: AbortController } | undefined;

  function next(): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of entries.values()) {
      if (entry.active && entry.restsUntil <= clock.now() && (!first || isBefore(entry, first))) first = entry;
    }
    return first;
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let entry = next(); entry && !stopped.signal.aborted; entry = next()) await tryOne(entry);
    working = false;
    setAlarm();
  }

  async function tryOne(entry: Entry): Promise<void> {
    entry.active = false;
    entry.attempts += 1;
    entry.restsUntil = clock.now() + Math.min(firstRest * 2 ** (entry.attempts - 1), longestRest);
    try {
      if (await attempt(entry.pod)) entries.delete(uidOf(entry.pod));
    } catch (error) {
      // Somebody else was faster: what we know is old, and the news is on its way.
      if (!(error instanceof ApiError)) throw error;
      entry.active = true;
    }
  }

  /** Wakes us when the next pod has rested, or has lost its patience. */
  function setAlarm(): void {
    let at = Number.POSITIVE_INFINITY;
    for (const { active, restsUntil } of entries.values()) {
      at = Math.min(at, active ? restsUntil : restsUntil + patience);
    }
    if (alarm?.at === at) return;
    alarm?.abort.abort();
    alarm = undefined;
    if (at === Number.POSITIVE_INFINITY || stopped.signal.aborted) return;
    const mine = { at, abort: new AbortController() };
    alarm = mine;
    clock.sleep(at - clock.now(), mine.abort.signal).then(ring, () => undefined);
  }

  function ring(): void {
    alarm = undefined;
    for (const entry of entries.values()) if (entry.restsUntil + patience <= clock.now()) entry.active = true;
    void work();
  }

  return {
    put(pod) {
      const known = entries.get(uidOf(pod));
      if (known) known.pod = pod;
      else entries.set(uidOf(pod), { pod, order: orders++, attempts: 0, restsUntil: 0, active: true });
      if (!known) queueMicrotask(() => void work());
    },
    remove: uid => void entries.delete(uid),
    *all() {
      for (const { pod } of entries.values()) yield pod;
    },
    wake(mayCare = () => true) {
      for (const entry of entries.values()) entry.active ||= mayCare(entry.pod);
      queueMicrotask(() => void work());
    },
    stop() {
      stopped.abort();
      alarm?.abort.abort();
    },
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  const byPriority = priorityOf(b.pod) - priorityOf(a.pod);
  return byPriority === 0 ? a.order < b.order : byPriority < 0;
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? '';
}
