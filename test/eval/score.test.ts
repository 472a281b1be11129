import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, passedEvery, rateOf, scoreModels } from '../../eval/score.ts';
import { resultWith } from './result_with.ts';

test.each([
  { count: 0, of: 10, low: 0, high: 0.2775 },
  { count: 5, of: 10, low: 0.2366, high: 0.7634 },
  { count: 10, of: 10, low: 0.7225, high: 1 },
  { count: 1, of: 1, low: 0.2065, high: 1 },
  { count: 81, of: 263, low: 0.2553, high: 0.3662 },
])('the interval of $count out of $of is Wilson’s', ({ count, of, low, high }) => {
  const rate = rateOf(count, of);
  expect(rate.low).toBeCloseTo(low, 4);
  expect(rate.high).toBeCloseTo(high, 4);
});

test('without a trial nothing is known', () => {
  expect(rateOf(0, 0)).toEqual({ count: 0, of: 0, low: 0, high: 1 });
});

test('an interval holds the rate, stays within 0 and 1, and shrinks with more trials', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (of, seed) => {
      const count = seed % (of + 1);
      const [rate, more] = [rateOf(count, of), rateOf(count * 10, of * 10)];
      expect(rate.low).toBeGreaterThanOrEqual(0);
      expect(rate.high).toBeLessThanOrEqual(1);
      expect(rate.low).toBeLessThanOrEqual(count / of + 1e-12);
      expect(rate.high).toBeGreaterThanOrEqual(count / of - 1e-12);
      expect(more.high - more.low).toBeLessThan(rate.high - rate.low);
    }),
  );
});

test.each([
  { k: 1, count: 3, of: 4, chance: 0.75 },
  { k: 2, count: 3, of: 4, chance: 0.5 },
  { k: 4, count: 3, of: 4, chance: 0 },
  { k: 4, count: 4, of: 4, chance: 1 },
  { k: 3, count: 1, of: 5, chance: 0 },
])('$k drawn out of $of, of which $count passed, all pass with $chance', ({ k, count, of, chance }) => {
  expect(passedEvery(k, count, of)).toBeCloseTo(chance, 10);
});

test('passed every time is the mean over scenarios, with as many trials as each has', () => {
  const results = [true, true, true, false].map((passed, index) =>
    resultWith({ scenario: index < 2 ? 'a' : 'b', trial: index, passed }),
  );
  expect(scoreModels(results)[0]?.passedEveryTime).toEqual({ k: 2, chance: 0.5 });
});

test('a score counts per model, and takes medians over the trials that ended', () => {
  const scores = scoreModels([
    resultWith({ model: 'x', passed: true, rightCause: true, turns: 2, tokens: 100, wallMs: 10 }),
    resultWith({ model: 'x', harmful: true, falselyClaimed: true, turns: 4, tokens: 300, wallMs: 30 }),
    resultWith({ model: 'x', failure: 'could not start', turns: 0, wallMs: 1 }),
    resultWith({ model: 'y' }),
  ]);
  expect(scores.map(({ model }) => model)).toEqual(['x', 'y']);
  expect(scores[0]).toMatchObject({
    passed: { count: 1, of: 3 },
    rightCause: { count: 1, of: 3 },
    harmful: 1,
    falselyClaimed: 1,
    failed: 1,
    turns: 3,
    tokens: 200,
    wallMs: 20,
  });
});

test.each([
  [[], 0],
  [[7], 7],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});
