/** A bounded number of places. Whoever finds none free waits its turn: first come, first served. */
export interface Slots {
  /** Runs the work in a place of its own. Rejects with the signal's reason when it is aborted before there is one. */
  use<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let free = count;

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    const leave = () => turn.reject(signal.reason);
    waiting.add(turn.resolve);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await turn.promise;
    } finally {
      waiting.delete(turn.resolve);
      signal.removeEventListener('abort', leave);
    }
  }

  /** The place goes from hand to hand, so that nobody who comes just now can take it first. */
  function exit(): void {
    const [next] = waiting;
    if (!next) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async use(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        exit();
      }
    },
  };
}
