import type { Clock } from '../../lib/clock.ts';

const first = 1000;
const longest = 15 * 60_000;

/** A pause that doubles with every failure, and starts anew when all has been well for twice the longest. */
export interface FailureBackoff {
  /** Milliseconds to wait; 0 when it is time, and then the next pause begins. */
  start(key: string): number;
}

export function createFailureBackoff(clock: Clock): FailureBackoff {
  const pauses = new Map<string, { pause: number; since: number }>();

  return {
    start(key) {
      const now = clock.now();
      const known = pauses.get(key);
      const age = known ? now - known.since : Number.POSITIVE_INFINITY;
      if (known && age < known.pause) return known.pause - age;
      const pause = known && age <= 2 * longest ? Math.min(known.pause * 2, longest) : first;
      pauses.set(key, { pause, since: now });
      return 0;
    },
  };
}
