import type { Clock } from './clock.ts';

export interface VirtualClock extends Clock {
  /** Lets time run. Until then every sleeper waits. */
  start(): void;
  /** Stops time for good; sleepers stay asleep. */
  stop(): void;
  /** Virtual seconds per wall second; Infinity jumps from event to event without a pause. */
  setSpeed(speed: number): void;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  wake(): void;
}

/**
 * A clock that jumps to the next thing that happens. It jumps only when nobody is `busy` and the event loop has had a
 * full turn, so the same work gives the same history however slow the machine is.
 */
export function createVirtualClock(options: { start: number; speed?: number }): VirtualClock {
  let now = options.start;
  let speed = options.speed ?? Number.POSITIVE_INFINITY;
  let running = false;
  let holds = 0;
  let orders = 0;
  let scheduled: (() => void) | undefined;
  const sleepers: Sleeper[] = [];

  function scheduleJump(): void {
    if (!running || holds > 0 || scheduled) return;
    const next = sleepers[0];
    if (!next) return;
    const wait = speed === Number.POSITIVE_INFINITY ? 0 : (next.at - now) / speed;
    scheduled = wait > 1 ? wallTimer(jump, wait) : turn(jump);
  }

  function jump(): void {
    scheduled = undefined;
    const next = sleepers[0];
    if (!running || holds > 0 || !next) return;
    now = Math.max(now, next.at);
    while (sleepers[0] && sleepers[0].at <= now) sleepers.shift()?.wake();
    scheduleJump();
  }

  function reschedule(): void {
    scheduled?.();
    scheduled = undefined;
    scheduleJump();
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        reject(signal?.reason);
        reschedule();
      };
      const sleeper: Sleeper = {
        at: now + Math.max(0, ms),
        order: orders++,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      insert(sleepers, sleeper);
      if (sleepers[0] === sleeper) reschedule();
    });
  }

  return {
    now: () => now,
    sleep,
    async busy(work) {
      holds += 1;
      try {
        return await work();
      } finally {
        holds -= 1;
        scheduleJump();
      }
    },
    start() {
      running = true;
      scheduleJump();
    },
    stop() {
      running = false;
      scheduled?.();
      scheduled = undefined;
    },
    setSpeed(next) {
      speed = next;
      reschedule();
    },
  };
}

/** Runs `work` after two full turns of the event loop, so that what is ready to run has run. Returns the cancel. */
function turn(work: () => void): () => void {
  let handle = setImmediate(() => {
    handle = setImmediate(work);
  });
  return () => clearImmediate(handle);
}

function wallTimer(work: () => void, ms: number): () => void {
  const handle = setTimeout(work, ms);
  return () => clearTimeout(handle);
}

/** Keeps `sleepers` ordered by time, then by who came first. */
function insert(sleepers: Sleeper[], sleeper: Sleeper): void {
  let low = 0;
  let high = sleepers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sleepers[middle]!;
    if (other.at < sleeper.at || (other.at === sleeper.at && other.order < sleeper.order)) low = middle + 1;
    else high = middle;
  }
  sleepers.splice(low, 0, sleeper);
}
