/** How long a container, or an image, has to wait before the next try: 10 s, doubled every time, at most 5 minutes. */
export interface Backoff {
  /** Milliseconds that are left of the wait that began at `since`. */
  left(since: number, now: number): number;
  /** The whole wait, in milliseconds. */
  delay(): number;
  /** Another try, because of what happened at `since`: the next wait will be longer, unless the last was long ago. */
  next(since: number, now: number): void;
}

const first = 10_000;
const longest = 300_000;
const forgottenAfter = 600_000;

export function createBackoff(): Backoff {
  let delay = 0;
  let changed = 0;
  const isForgotten = (at: number) => at - changed > forgottenAfter;
  return {
    left: (since, now) => (delay === 0 || isForgotten(since) ? 0 : Math.max(0, since + delay - now)),
    delay: () => delay,
    next(since, now) {
      delay = delay === 0 || isForgotten(since) ? first : Math.min(delay * 2, longest);
      changed = now;
    },
  };
}

/** As Go prints durations: "617ms", "3.504s", "1m20s", "5m0s". */
export function formatDuration(ms: number): string {
  const whole = Math.round(ms);
  if (whole < 1000) return whole === 0 ? '0s' : `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = `${(whole % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
