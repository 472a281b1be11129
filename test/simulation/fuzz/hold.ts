import fc from 'fast-check';
import { expect } from 'vitest';
import { play } from './play.ts';
import { step } from './steps.ts';

/** Plays stories that come from a seed, and fails with the first that breaks something. */
export async function holdPromises(options: { seed: number; stories: number; longest: number }): Promise<void> {
  const { seed, stories: numRuns, longest: maxLength } = options;
  const codes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength, size: 'max' }), async steps => {
      expect(await play(steps, codes)).toEqual([]);
    }),
    { numRuns, seed, endOnFailure: true },
  );
  // Otherwise the requests were too wild, or too tame, to find anything.
  expect([...codes]).toEqual(expect.arrayContaining([200, 201, 400, 404, 409, 422]));
}
