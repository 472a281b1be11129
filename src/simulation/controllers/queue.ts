import type { Clock } from '../../lib/clock.ts';
import { ApiError } from '../api/client.ts';

/** Keys that wait to be reconciled: each at most once at a time, however often it was asked for. */
export interface Queue {
  add(key: string): void;
  /** Looks at `key` again after `ms`, or earlier when something else asks. */
  addAfter(key: string, ms: number): void;
  stop(): void;
}

const firstRetry = 5;
const longestRetry = 1_000_000;

/**
 * One key after the other, so that the same changes give the same history. What the API refuses (somebody else was
 * faster) is tried again, later every time; any other error is a bug of ours and isn't caught. Nothing is looked at
 * before what it needs is `ready`.
 */
export function createQueue(
  clock: Clock,
  reconcile: (key: string) => Promise<void>,
  ready: Promise<unknown> = Promise.resolve(),
): Queue {
  const waiting = new Set<string>();
  const retries = new Map<string, number>();
  const timers = new Map<string, { at: number; abort: AbortController }>();
  let working = false;
  let stopped = false;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    try {
      await ready;
      for (const key of waiting) {
        if (stopped) return;
        waiting.delete(key);
        await attempt(key);
      }
    } finally {
      working = false;
    }
  }

  async function attempt(key: string): Promise<void> {
    try {
      await reconcile(key);
      retries.delete(key);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const tries = retries.get(key) ?? 0;
      retries.set(key, tries + 1);
      addAfter(key, Math.min(firstRetry * 2 ** tries, longestRetry));
    }
  }

  function add(key: string): void {
    if (stopped) return;
    waiting.add(key);
    if (!working) queueMicrotask(() => void work());
  }

  function addAfter(key: string, ms: number): void {
    const at = clock.now() + ms;
    const earlier = timers.get(key);
    if (stopped || (earlier && earlier.at <= at)) return;
    earlier?.abort.abort();
    const timer = { at, abort: new AbortController() };
    timers.set(key, timer);
    clock.sleep(ms, timer.abort.signal).then(
      () => {
        timers.delete(key);
        add(key);
      },
      () => undefined,
    );
  }

  return {
    add,
    addAfter,
    stop() {
      stopped = true;
      for (const { abort } of timers.values()) abort.abort();
    },
  };
}

/** The key of a namespaced object, and back. */
export function keyOf(metadata: { namespace?: string; name: string }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function parseKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
