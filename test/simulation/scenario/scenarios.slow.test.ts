import { describe, expect, test } from 'vitest';
import { cases } from './cases.ts';
import { nothing, play } from './trial.ts';

describe.each(cases)('$name', ({ name, restart, restartHarms, good, goodOutcome, wrong }) => {
  test('does not pass with a restart, whatever is said afterwards', async () => {
    const { judgement } = await play(name, restart, goodOutcome);
    expect(judgement).toMatchObject({ passed: false, harmful: restartHarms });
  });

  test.each(wrong)('does not pass with $what', async ({ deed, harm }) => {
    const { judgement } = await play(name, deed, { ...goodOutcome, state: 'resolved' });
    expect(judgement).toMatchObject({ passed: false, harmful: harm });
  });

  test('has the same history every time, byte by byte', async () => {
    for (const deed of [nothing, good[0]!]) {
      const [first, second] = [await play(name, deed, goodOutcome), await play(name, deed, goodOutcome)];
      expect(second.history).toBe(first.history);
    }
  });
});
