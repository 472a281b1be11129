import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Check } from '../../src/verification/check.ts';
import { judge, type Watch } from '../../src/verification/judge.ts';

const watch: Watch = { windowMs: 600_000, steadyMs: 60_000, patienceMs: 30_000, checkEveryMs: 10_000 };

type Look = [state: Check['workload']['state'], alertsFiring: number];

/** Checks 10 seconds apart. */
function looks(...all: Look[]): Check[] {
  return all.map(([state, alertsFiring], index) => ({
    at: index * 10_000,
    workload: { state, says: state },
    alertsFiring,
  }));
}

const times = (count: number, look: Look): Look[] => Array.from({ length: count }, () => look);

test('recovered once everything was well for long enough', () => {
  expect(judge(looks(...times(6, ['met', 0])), 0, watch)).toBeUndefined();
  expect(judge(looks(...times(7, ['met', 0])), 0, watch)).toMatchObject({ health: 'recovered' });
});

test('a firing alert, or one bad look, starts the wait anew', () => {
  expect(judge(looks(...times(20, ['met', 1])), 0, watch)).toBeUndefined();
  expect(judge(looks(...times(6, ['met', 0]), ['pending', 0], ...times(6, ['met', 0])), 0, watch)).toBeUndefined();
});

test('failing only when it lasts: one bad look is patience', () => {
  expect(judge(looks(['pending', 1], ['failing', 1]), 0, watch)).toBeUndefined();
  expect(judge(looks(['pending', 1], ...times(4, ['failing', 1])), 0, watch)).toMatchObject({ health: 'failing' });
});

test('when the window ends: unchanged is failing, unknown is indeterminate', () => {
  expect(judge(looks(...times(61, ['met', 1])), 0, watch)).toMatchObject({ health: 'failing' });
  expect(judge(looks(...times(61, ['pending', 1])), 0, watch)).toMatchObject({ health: 'failing' });
  expect(judge(looks(...times(61, ['unknown', 0])), 0, watch)).toMatchObject({ health: 'indeterminate' });
  expect(judge(looks(...times(60, ['pending', 1]), ['met', 0]), 0, watch)).toMatchObject({ health: 'indeterminate' });
});

test('whatever was seen: it ends with the window, and unknown is never success', () => {
  const anyLook = fc.tuple(fc.constantFrom('met', 'pending', 'failing', 'unknown'), fc.nat(2)) as fc.Arbitrary<Look>;
  fc.assert(
    fc.property(fc.array(anyLook, { minLength: 61, maxLength: 61 }), all => {
      const finding = judge(looks(...all), 0, watch);
      expect(finding).toBeDefined();
      const last = all.slice(-7);
      if (finding?.health === 'recovered')
        expect(last.every(([state, firing]) => state === 'met' && firing === 0)).toBe(true);
    }),
  );
});
