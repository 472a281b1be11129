import { type Run, StepError } from '../../src/durable/engine.ts';
import { messageOf } from '../../src/lib/errors.ts';

/** A run that journals nothing and waits for nothing, for stages whose durability is not the question. */
export function plainRun(): Run {
  const run: Run = {
    id: 'inc-1',
    async step(name, work) {
      try {
        return await work(new AbortController().signal);
      } catch (error) {
        throw new StepError(name, messageOf(error), { cause: error });
      }
    },
    sleep: async () => {},
    recv: async () => undefined,
    child: (_key, work) => work(run),
  };
  return run;
}
