import { systemClock } from '../../src/lib/clock.ts';

const patienceMs = 120_000;

/** Looks again and again until nothing is wrong any more. Tests that run beside each other can't share `expect.poll`. */
export async function eventually(look: () => Promise<void> | void): Promise<void> {
  const deadline = systemClock.now() + patienceMs;
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (systemClock.now() > deadline) throw error;
      await systemClock.sleep(200);
    }
  }
}
