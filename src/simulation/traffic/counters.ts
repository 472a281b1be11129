import { shareWithin } from './latency.ts';

/** A sum that grows along a straight line until its rate is set anew. */
export interface Counter {
  value: number;
  rate: number;
}

/** Requests that were answered or not, with the times that they took. */
export interface RequestMeter<Who> {
  who: Who;
  /** By status, or by why there was none. */
  outcomes: Map<string, Counter>;
  /** By upper bound of the duration, each with all shorter ones. */
  buckets: Counter[];
  seconds: Counter;
}

export const bucketBounds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Meters of one kind. Their rates hold until they are set again. */
export interface MeterBook<Who> {
  /** Counts up to `now`, and sets every rate to nothing. */
  turn(now: number): void;
  measure(key: string, who: Who, what: Measured): void;
  /** Forgets those that no longer exist. */
  keepOnly(exists: (who: Who) => boolean): void;
  /** As they stand at `now`. */
  read(now: number): RequestMeter<Who>[];
}

export interface Measured {
  /** Requests per second, by outcome. */
  outcomes: ReadonlyMap<string, number>;
  /** Seconds on average. */
  mean: number;
}

export function createMeterBook<Who>(): MeterBook<Who> {
  const meters = new Map<string, RequestMeter<Who>>();
  let since = 0;

  function countersOf({ outcomes, buckets, seconds }: RequestMeter<Who>): Counter[] {
    return [...outcomes.values(), ...buckets, seconds];
  }

  return {
    turn(now) {
      const elapsed = since === 0 ? 0 : (now - since) / 1000;
      since = now;
      for (const meter of meters.values()) {
        for (const counter of countersOf(meter)) {
          counter.value += counter.rate * elapsed;
          counter.rate = 0;
        }
      }
    },
    measure(key, who, { outcomes, mean }) {
      const known = meters.get(key);
      const meter = known ?? { who, outcomes: new Map(), buckets: bucketBounds.map(zero), seconds: zero() };
      if (!known) meters.set(key, meter);
      let rate = 0;
      for (const [outcome, part] of outcomes) {
        const counter = meter.outcomes.get(outcome) ?? zero();
        counter.rate += part;
        meter.outcomes.set(outcome, counter);
        rate += part;
      }
      bucketBounds.forEach((bound, i) => {
        const bucket = meter.buckets[i];
        if (bucket) bucket.rate += rate * shareWithin(bound, mean);
      });
      meter.seconds.rate += rate * mean;
    },
    keepOnly(exists) {
      for (const [key, { who }] of meters) if (!exists(who)) meters.delete(key);
    },
    read(now) {
      const elapsed = since === 0 ? 0 : Math.max(0, now - since) / 1000;
      const at = ({ value, rate }: Counter) => ({ value: value + rate * elapsed, rate });
      return [...meters.values()].map(({ who, outcomes, buckets, seconds }) => ({
        who,
        outcomes: new Map([...outcomes].map(([outcome, counter]) => [outcome, at(counter)])),
        buckets: buckets.map(at),
        seconds: at(seconds),
      }));
    },
  };
}

function zero(): Counter {
  return { value: 0, rate: 0 };
}
