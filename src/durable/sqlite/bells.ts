import type { Clock } from '../../lib/clock.ts';

/** Wakes what waits in this process. A ring says "look again", not what is to be seen. */
export interface Bells {
  /** Listen first, then look, then wait: so no ring is missed in between. */
  listen(key: string): Bell;
  ring(key: string): void;
  ringAll(): void;
}

export interface Bell {
  /** Until it rings, or for `ms` at most. */
  wait(ms?: number): Promise<void>;
  ignore(): void;
}

export function createBells(clock: Clock): Bells {
  const listening = new Map<string, Set<AbortController>>();

  function ring(key: string): void {
    for (const rung of listening.get(key) ?? []) rung.abort();
  }

  return {
    ring,
    ringAll() {
      for (const key of [...listening.keys()]) ring(key);
    },
    listen(key) {
      const rung = new AbortController();
      const others = listening.get(key) ?? new Set();
      listening.set(key, others.add(rung));
      const ignore = () => {
        others.delete(rung);
        if (others.size === 0 && listening.get(key) === others) listening.delete(key);
      };
      return { ignore, wait: ms => waitFor(rung.signal, clock, ms).finally(ignore) };
    },
  };
}

async function waitFor(rung: AbortSignal, clock: Clock, ms: number | undefined): Promise<void> {
  if (rung.aborted) return;
  if (ms === undefined) return new Promise(resolve => rung.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await clock.sleep(ms, rung);
  } catch (error) {
    if (!rung.aborted) throw error;
  }
}
