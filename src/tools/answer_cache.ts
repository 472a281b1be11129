import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';

export interface Kept<T> {
  value: T;
  /** When it was begun to be read; the answer is as old as that. */
  readAt: number;
  /** Whether it was there already, or on its way. */
  cached: boolean;
}

export interface AnswerCache<T> {
  /** What is known and young enough; otherwise what `read` gives, asked once for all who want it at the same time. */
  get(key: string, read: (signal: AbortSignal) => Promise<T>, options: Want<T>): Promise<Kept<T>>;
  /** Forgets everything, what is being read right now included. */
  clear(): void;
}

interface Want<T> {
  /** How long it stays good; by what it says. */
  lifetimeMs(value: T): number;
  /** Ends this caller's wait. The read itself ends only when nobody waits for it any more. */
  signal?: AbortSignal | undefined;
}

interface Flight<T> {
  result: Promise<Omit<Kept<T>, 'cached'>>;
  abort: AbortController;
  waiting: number;
}

/** Lifetimes are counted on the clock that is passed in. */
export function createAnswerCache<T extends object>(deps: {
  clock: Pick<Clock, 'now'>;
  maxBytes: number;
  sizeOf(value: T): number;
}): AnswerCache<T> {
  const flights = new Map<string, Flight<T>>();
  const kept = new LRUCache<string, Omit<Kept<T>, 'cached'>>({
    maxSize: deps.maxBytes,
    sizeCalculation: ({ value }) => Math.max(1, deps.sizeOf(value)),
  });

  function launch(key: string, read: (signal: AbortSignal) => Promise<T>, want: Want<T>): Flight<T> {
    const readAt = deps.clock.now();
    const abort = new AbortController();
    const result = read(abort.signal).then(value => {
      // After `clear` another flight, or none, has our place: then this is old news.
      const current = flights.get(key) === flight;
      if (current && want.lifetimeMs(value) > 0) kept.set(key, { value, readAt });
      return { value, readAt };
    });
    const flight: Flight<T> = { result, abort, waiting: 0 };
    flights.set(key, flight);
    const land = () => flights.get(key) === flight && flights.delete(key);
    result.then(land, land);
    return flight;
  }

  async function join(
    key: string,
    flight: Flight<T>,
    signal: AbortSignal | undefined,
  ): Promise<Omit<Kept<T>, 'cached'>> {
    flight.waiting += 1;
    try {
      return await orAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && flights.get(key) === flight) {
        flights.delete(key);
        flight.abort.abort(signal?.reason);
      }
    }
  }

  return {
    async get(key, read, want) {
      want.signal?.throwIfAborted();
      const found = kept.get(key);
      if (found && deps.clock.now() - found.readAt < want.lifetimeMs(found.value)) return { ...found, cached: true };
      const flight = flights.get(key);
      const landed = await join(key, flight ?? launch(key, read, want), want.signal);
      return { ...landed, cached: flight !== undefined };
    },
    clear() {
      kept.clear();
      flights.clear();
    },
  };
}

/** The promise, or the signal's reason when that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
