import Bottleneck from 'bottleneck';
import { orAborted } from './answer_cache.ts';

/** How much one server is asked at once, and in a second. */
export interface Limiter {
  /** Waits for a turn; whoever leaves before it comes is not asked for any more. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

export function createLimiter({ concurrent, perSecond }: { concurrent: number; perSecond: number }): Limiter {
  const bottleneck = new Bottleneck({
    maxConcurrent: concurrent,
    reservoir: perSecond,
    reservoirRefreshAmount: perSecond,
    reservoirRefreshInterval: 1_000,
  });
  let closing: Promise<void> | undefined;

  return {
    run(work, signal) {
      const turn = bottleneck.schedule(async () => {
        signal.throwIfAborted();
        return work();
      });
      return orAborted(turn, signal);
    },
    close() {
      closing ??= bottleneck.stop({ dropWaitingJobs: true }).then(() => bottleneck.disconnect());
      return closing;
    },
  };
}
