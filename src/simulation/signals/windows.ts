import { bucketBounds } from '../traffic/counters.ts';
import type { Labels } from './exposition.ts';
import type { Meters } from './meters.ts';

/** Counters that rules look at over a while. */
export type CounterName = 'periods' | 'throttled' | 'requests' | 'buckets' | 'entered' | 'sent';

export interface Increase {
  labels: Labels;
  increase: number;
}

/** By how much counters grew, as Prometheus would see it with a look now and then. */
export interface Windows {
  /** Looks at all counters. */
  record(meters: Meters, now: number): void;
  /** What was seen at least twice in the last `windowMs`. */
  increases(counter: CounterName, windowMs: number): Increase[];
}

interface Series {
  labels: Labels;
  points: { at: number; value: number }[];
}

const longestMs = 300_000;

export function createWindows(): Windows {
  const books = new Map<CounterName, Map<string, Series>>();
  let seen = 0;

  function note(counter: CounterName, labels: Labels, value: number): void {
    const book = books.get(counter) ?? new Map<string, Series>();
    books.set(counter, book);
    const key = Object.values(labels).join('\n');
    const series = book.get(key) ?? { labels, points: [] };
    book.set(key, series);
    series.points.push({ at: seen, value });
  }

  function forget(): void {
    for (const book of books.values()) {
      for (const [key, { points }] of book) {
        const kept = points.filter(({ at }) => at >= seen - longestMs);
        if (kept.length === 0) book.delete(key);
        else points.splice(0, points.length - kept.length);
      }
    }
  }

  return {
    record(meters, now) {
      seen = now;
      for (const [counter, labels, value] of readings(meters)) note(counter, labels, value);
      forget();
    },
    increases: (counter, windowMs) =>
      [...(books.get(counter)?.values() ?? [])].flatMap(({ labels, points }) => {
        const inside = points.filter(({ at }) => at >= seen - windowMs);
        return inside.length < 2 ? [] : [{ labels, increase: growth(inside.map(({ value }) => value)) }];
      }),
  };
}

/** A counter that is less than before has begun anew. */
function growth(values: readonly number[]): number {
  return values.reduce(
    (sum, value, i) => sum + (i === 0 ? 0 : value - (values[i - 1]! > value ? 0 : values[i - 1]!)),
    0,
  );
}

type Reading = [CounterName, Labels, number];

function readings(meters: Meters): Reading[] {
  return [...containerReadings(meters), ...requestReadings(meters)];
}

function containerReadings(meters: Meters): Reading[] {
  const limited = meters.containers().filter(({ cpuLimit }) => cpuLimit !== undefined);
  return limited.flatMap(({ namespace, pod, container, podUid, startedAt, periods, throttledPeriods }) => {
    const labels = { namespace, pod, container, podUid, run: String(startedAt) };
    return [
      ['periods', labels, periods],
      ['throttled', labels, throttledPeriods],
    ] satisfies Reading[];
  });
}

function requestReadings({ served, sent, entered }: Meters): Reading[] {
  const answered = served().flatMap(({ who, outcomes, buckets }) => {
    const labels = { ...who, service: who.service ?? '' };
    const count = Math.floor([...outcomes.values()].reduce((sum, { value }) => sum + value, 0));
    return [
      ...[...outcomes].map(([code, { value }]): Reading => ['requests', { ...labels, code }, Math.floor(value)]),
      ...buckets.map(
        ({ value }, i): Reading => ['buckets', { ...labels, le: String(bucketBounds[i]) }, Math.floor(value)],
      ),
      ['buckets', { ...labels, le: 'Infinity' }, count] satisfies Reading,
    ];
  });
  const called = sent().flatMap(({ who: { port, ...who }, outcomes }) =>
    [...outcomes].map(
      ([code, { value }]): Reading => ['sent', { ...who, port: String(port), code }, Math.floor(value)],
    ),
  );
  const came = entered().flatMap(({ who, outcomes }) =>
    [...outcomes].map(([code, { value }]): Reading => ['entered', { ...who, code }, Math.floor(value)]),
  );
  return [...answered, ...called, ...came];
}
