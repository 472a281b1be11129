import type { Store } from './durable/store.ts';
import type { Clock } from './lib/clock.ts';
import { messageOf } from './lib/errors.ts';
import type { Log } from './lib/log.ts';

const lookEveryMs = 3_600_000;
/** So many at once, with a pause in between, so that nobody waits for it. */
const atOnce = 50;
const pauseMs = 100;

/** Forgets, every hour, what has been over for longer than that. Returns the end of it. */
export function keepFor(keepMs: number, { store, clock, log }: { store: Store; clock: Clock; log: Log }): () => void {
  const ended = new AbortController();

  async function forgetAll(): Promise<number> {
    for (let sum = 0; ; await clock.sleep(pauseMs, ended.signal)) {
      const count = store.retention.forget(clock.now() - keepMs, atOnce);
      sum += count;
      if (count === 0) return sum;
    }
  }

  async function goOn(): Promise<void> {
    for (;;) {
      try {
        const count = await forgetAll();
        if (count > 0) log.info({ count }, 'incidents that were long over are forgotten');
      } catch (error) {
        if (ended.signal.aborted) return;
        log.error({ problem: messageOf(error) }, 'what is long over could not be forgotten: trying again later');
      }
      await clock.sleep(lookEveryMs, ended.signal);
    }
  }

  goOn().catch(() => undefined);
  return () => ended.abort();
}
