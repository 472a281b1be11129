import type { Clock } from '../../lib/clock.ts';

/** An alarm clock for one sleeper: the earliest time that anybody asked for counts. */
export interface Wake {
  at(time: number): void;
  /** Settles at that time, and clears it; rejects when `gone` is aborted. */
  due(): Promise<void>;
}

export function createWake(clock: Clock, gone: AbortSignal): Wake {
  let time = Infinity;
  let poke: (() => void) | undefined;

  async function wait(): Promise<void> {
    const early = new AbortController();
    poke = () => early.abort();
    gone.addEventListener('abort', poke, { once: true });
    try {
      if (time < Infinity) await clock.sleep(time - clock.now(), early.signal);
      else await new Promise(resolve => early.signal.addEventListener('abort', resolve, { once: true }));
    } catch (error) {
      if (!early.signal.aborted) throw error;
    } finally {
      gone.removeEventListener('abort', poke);
    }
  }

  return {
    at(wanted) {
      if (wanted >= time) return;
      time = wanted;
      poke?.();
    },
    async due() {
      gone.throwIfAborted();
      while (clock.now() < time) {
        await wait();
        gone.throwIfAborted();
      }
      time = Infinity;
    },
  };
}
