import { test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { holdPromises } from './hold.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? systemClock.now() % 1_000_000);

test(`nor in stories that are new each time (to see these again: FUZZ_SEED=${seed})`, () =>
  holdPromises({ seed, stories: 40, longest: 80 }));
