import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';

export interface Rate {
  perSecond: number;
  /** How many may come at once. */
  burst: number;
}

/** Takes one from what a source may do; says how many milliseconds are missing when it may do no more. */
export type RateLimit = (source: string) => number;

/** More sources than these are forgotten, the quietest first: a forgotten one starts anew, and is never refused for it. */
const mostSources = 10_000;

/** A token bucket for each source. */
export function createRateLimit({ perSecond, burst }: Rate, clock: Pick<Clock, 'now'>): RateLimit {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: mostSources });
  return source => {
    const now = clock.now();
    const { left, at } = buckets.get(source) ?? { left: burst, at: now };
    // A clock that is set back gives nothing, and takes nothing.
    const filled = Math.min(burst, left + (Math.max(0, now - at) / 1000) * perSecond);
    const waitMs = filled >= 1 ? 0 : Math.ceil(((1 - filled) / perSecond) * 1000);
    buckets.set(source, { left: waitMs === 0 ? filled - 1 : filled, at: now });
    return waitMs;
  };
}

/** Who is behind an address: whoever has one of IPv6 has 2^64 of them. */
export function sourceOf(address: string): string {
  const inside = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (inside) return inside;
  return isIPv6(address) ? `${firstHalf(address)}::/64` : address;
}

function firstHalf(address: string): string {
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const groups = tail === undefined ? front : [...front, ...zeros, ...back];
  return groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Counts what happens often, by source. Gives the count when it is time for a line in the log: at first, then now and then. */
export function createTally(clock: Pick<Clock, 'now'>): (source: string) => number | undefined {
  const seen = new LRUCache<string, { count: number; toldAt: number }>({ max: mostSources });
  return source => {
    const now = clock.now();
    const { count, toldAt } = seen.get(source) ?? { count: 0, toldAt: Number.NEGATIVE_INFINITY };
    const isTime = now - toldAt >= tellEveryMs;
    seen.set(source, isTime ? { count: 0, toldAt: now } : { count: count + 1, toldAt });
    return isTime ? count + 1 : undefined;
  };
}

const tellEveryMs = 60_000;
