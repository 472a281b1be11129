import type { Clock } from '../../lib/clock.ts';

/** Tools that give no answer are left alone for a while, so that nobody waits for them again and again. */
export interface Resting {
  /** How long the tool is still left alone, in milliseconds; 0 when it may be called. */
  left(tool: string): number;
  failed(tool: string): void;
  answered(tool: string): void;
}

const patience = 2;
const restMs = { first: 30_000, longest: 600_000 };

export function createResting(clock: Pick<Clock, 'now'>): Resting {
  const failures = new Map<string, { count: number; until: number }>();
  return {
    left: tool => Math.max(0, (failures.get(tool)?.until ?? 0) - clock.now()),
    failed(tool) {
      const count = (failures.get(tool)?.count ?? 0) + 1;
      const rest = Math.min(restMs.longest, restMs.first * 2 ** (count - patience));
      failures.set(tool, { count, until: count < patience ? 0 : clock.now() + rest });
    },
    answered: tool => void failures.delete(tool),
  };
}
