/**
 * Time as everything but the outermost layer sees it: passed in, so that a test, or a cluster that lives in memory,
 * can own it.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs work that waits for real I/O. A clock that jumps from event to event stands still while it lasts. */
  busy<T>(work: () => Promise<T>): Promise<T>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleepOnWallClock(ms, signal),
  busy: work => work(),
};

/** Measures how long something takes on the wall, in milliseconds; for reports, never for decisions. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start);
}

/** Waits on the wall clock in pieces that setTimeout can represent, so that a month is a month. */
async function sleepOnWallClock(ms: number, signal?: AbortSignal): Promise<void> {
  const longest = 2 ** 31 - 1;
  for (let left = ms; left > 0; left -= longest) await pause(Math.min(left, longest), signal);
  signal?.throwIfAborted();
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
