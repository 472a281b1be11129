import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Answers, okShare, shareOf } from '../../../src/simulation/traffic/answers.ts';
import { callAll } from '../../../src/simulation/traffic/call.ts';
import { shareCores } from '../../../src/simulation/traffic/contention.ts';
import { quantile, shareWithin } from '../../../src/simulation/traffic/latency.ts';
import type { End } from '../../../src/simulation/traffic/network.ts';
import { serve, type Work } from '../../../src/simulation/traffic/serve.ts';
import { rateAt } from '../../../src/simulation/traffic/source.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const seconds = fc.double({ min: 0.001, max: 20, noNaN: true });

const answers: fc.Arbitrary<Answers> = fc.tuple(share, share, seconds).map(([ok, broken, mean]) => ({
  statuses: new Map([
    [200, ok],
    [500, (1 - ok) * broken],
  ]),
  silences: new Map([['timeout' as const, (1 - ok) * (1 - broken)]]),
  mean,
}));

const work: fc.Arbitrary<Work> = fc.record({
  rate: fc.double({ min: 0, max: 1e5, noNaN: true }),
  patience: seconds,
  serving: fc.record({
    latency: fc.double({ min: 0, max: 2, noNaN: true }),
    cpuSeconds: fc.double({ min: 0, max: 0.5, noNaN: true }),
    memoryBytes: fc.nat(2 ** 24),
    concurrency: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 500 })),
    failures: fc.array(fc.record({ share, above: fc.nat(1000), status: fc.constantFrom(500, 503, 429) }), {
      maxLength: 3,
    }),
  }),
  cpuLimit: fc.option(fc.double({ min: 0.05, max: 8, noNaN: true }), { nil: undefined }),
  cpuAnyway: fc.double({ min: 0, max: 0.05, noNaN: true }),
  calls: fc.array(
    fc.record({ perRequest: fc.double({ min: 0, max: 4, noNaN: true }), answers, seconds, mayFail: fc.boolean() }),
    { maxLength: 3 },
  ),
});

test('every request comes to something: the shares add up to all of them', () => {
  fc.assert(
    fc.property(work, one => {
      const { answers: out, done, cpuCores, memoryBytes, delay, throttled } = serve(one);
      expect(shareOf(out.statuses) + shareOf(out.silences)).toBeCloseTo(1, 6);
      expect(done).toBeLessThanOrEqual(one.rate);
      expect(cpuCores).toBeLessThanOrEqual((one.cpuLimit ?? Infinity) + 1e-9);
      for (const amount of [done, cpuCores, memoryBytes, delay, throttled, out.mean])
        expect(Number.isFinite(amount) && amount >= 0).toBe(true);
    }),
  );
});

test('more requests never make a program do better', () => {
  fc.assert(
    fc.property(work, fc.double({ min: 1, max: 10, noNaN: true }), (one, more) => {
      const [calm, busy] = [serve(one), serve({ ...one, rate: one.rate * more })];
      expect(okShare(busy.answers)).toBeLessThanOrEqual(okShare(calm.answers) + 1e-9);
      expect(busy.cpuCores).toBeGreaterThanOrEqual(calm.cpuCores - 1e-9);
      expect(busy.throttled).toBeGreaterThanOrEqual(calm.throttled - 1e-9);
    }),
  );
});

test('calls come to something as well, and retries only help', () => {
  const end = { kind: 'container' } as Extract<End, { kind: 'container' }>;
  fc.assert(
    fc.property(answers, seconds, fc.integer({ min: 0, max: 5 }), fc.boolean(), (one, timeout, retries, broken) => {
      const ends: End[] = broken ? [end, { kind: 'refused', error: '' }] : [end];
      const once = callAll(ends, { timeout, retries: 0 }, () => one);
      const again = callAll(ends, { timeout, retries }, () => one);
      expect(shareOf(again.answers.statuses) + shareOf(again.answers.silences)).toBeCloseTo(1, 6);
      expect(okShare(again.answers)).toBeGreaterThanOrEqual(okShare(once.answers) - 1e-9);
      expect(again.attempts).toBeGreaterThanOrEqual(1);
      expect(again.attempts).toBeLessThanOrEqual(retries + 1);
    }),
  );
});

test('a node’s cores are shared out to the last, and nobody gets more than is asked for', () => {
  const amount = fc.double({ min: 0, max: 10, noNaN: true });
  const contenders = fc.array(fc.record({ demand: amount, request: amount }), { maxLength: 20 });
  fc.assert(
    fc.property(contenders, fc.double({ min: 0.1, max: 16, noNaN: true }), (all, cores) => {
      const shares = shareCores(
        cores,
        all.map((one, who) => ({ ...one, who })),
      );
      const used = all.map(({ demand }, who) => Math.min(demand, shares.get(who) ?? Infinity));
      const wanted = all.reduce((sum, { demand }) => sum + demand, 0);
      expect(used.reduce((sum, one) => sum + one, 0)).toBeCloseTo(Math.min(wanted, cores), 6);
    }),
  );
});

test('times are spread around their mean', () => {
  fc.assert(
    fc.property(seconds, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (mean, part) => {
      expect(shareWithin(quantile(part, mean), mean)).toBeCloseTo(part, 3);
    }),
  );
  expect(quantile(0.99, 1) / quantile(0.5, 1)).toBeGreaterThan(3);
});

test.each([
  [{ low: 10, high: 90, peak: '14:00' }, '2026-03-01T14:00:00Z', 90],
  [{ low: 10, high: 90, peak: '14:00' }, '2026-03-02T02:00:00Z', 10],
  [{ low: 10, high: 90, peak: '14:00' }, '2026-03-01T20:00:00Z', 50],
  [
    [
      { after: 0, perSecond: 5 },
      { after: 600, perSecond: 50 },
    ],
    '2026-03-01T10:09:00Z',
    5,
  ],
  [
    [
      { after: 0, perSecond: 5 },
      { after: 600, perSecond: 50 },
    ],
    '2026-03-01T10:10:00Z',
    50,
  ],
  [7, '2026-03-01T10:10:00Z', 7],
])('a rate of %j is at %s %d a second', (rate, when, expected) => {
  expect(rateAt(rate, Date.parse(when), Date.parse('2026-03-01T10:00:00Z'))).toBeCloseTo(expected, 6);
});
