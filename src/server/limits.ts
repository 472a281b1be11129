import type { FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Power } from './credentials.ts';
import { createRateLimit, createTally, type Rate, sourceOf } from './rate_limit.ts';
import { Refusal } from './refusal.ts';

/** How often one source may call. */
export interface CallLimits {
  webhook: Rate;
  api: Rate;
}

export type CallLimiter = (request: Pick<FastifyRequest, 'ip'>, asksFor: Power) => void;

/** Throws a Refusal for a source that calls too often. Webhook and API are counted apart. */
export function createCallLimiter(
  { webhook, api }: CallLimits,
  { clock, log }: { clock: Pick<Clock, 'now'>; log: Log },
): CallLimiter {
  const doors = {
    deliver: { limit: createRateLimit(webhook, clock), tally: createTally(clock), refusal: comeAgain },
    all: { limit: createRateLimit(api, clock), tally: createTally(clock), refusal: tooManyCalls },
  };
  return ({ ip }, asksFor) => {
    const { limit, tally, refusal } = doors[asksFor];
    const source = sourceOf(ip);
    const waitMs = limit(source);
    if (waitMs === 0) return;
    const refused = refusal(Math.ceil(waitMs / 1000));
    const count = tally(source);
    if (count !== undefined) log.warn({ source, count, status: refused.status }, 'calls over the limit were put off');
    throw refused;
  };
}

/** Not 429: Alertmanager drops what it gets a 429 for until the group's next turn, and retries a 503 within seconds. */
function comeAgain(seconds: number): Refusal {
  const says = 'more deliveries from this address than limits.webhook takes; send this one again';
  return new Refusal(503, 'over_limit', says, { 'retry-after': String(seconds) });
}

function tooManyCalls(seconds: number): Refusal {
  const says = 'more calls from this address than limits.api takes';
  return new Refusal(429, 'over_limit', says, { 'retry-after': String(seconds) });
}
