/** How long a container, or an image, has to wait before the next try: 10 s, doubled every time, at most 5 minutes. */
export interface Backoff {
  /** Milliseconds that are left of the wait that began at `since`. */
  left(since: number, now: number): number;
  /** The whole wait, in milliseconds. */
  delay(): number;
  /** Another try: the next wait will be longer, unless the last try was long ago. */
  next(now: number): void;
}

const first = 10_000;
const longest = 300_000;

export function createBackoff(): Backoff {
  let delay = 0;
  let changed = 0;
  const isForgotten = (at: number) => at - changed > 2 * longest;
  return {
    left: (since, now) => (delay === 0 || isForgotten(since) ? 0 : Math.max(0, since + delay - now)),
    delay: () => delay,
    next(now) {
      delay = delay === 0 || isForgotten(now) ? first : Math.min(delay * 2, longest);
      changed = now;
    },
  };
}

/** As Go prints durations: "40s", "1m20s", "5m0s". */
export function formatDelay(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
