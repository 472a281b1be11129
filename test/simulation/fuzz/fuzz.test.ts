import { test } from 'vitest';
import { holdPromises } from './hold.ts';

test('whatever is asked of a whole cluster, it does not crash and breaks no promise', { timeout: 60_000 }, () =>
  holdPromises({ seed: 4, stories: 3, longest: 40 }),
);
