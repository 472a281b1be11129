import { durably, type RunContext } from './context.ts';
import type { Place } from './journal.ts';
import { outcomeOf, unpack } from './outcome.ts';

/** Answers from the journal, or runs the work and journals how it ended before anybody hears of it. */
export async function step<T>(context: RunContext, place: Place, work: (signal: AbortSignal) => unknown): Promise<T> {
  const { journal, clock, log, over } = context;
  const known = await durably(context, () => journal.find(place));
  if (known && known.state !== 'open') return unpack(known);
  // A signal of its own: listeners that a step leaves on it go with it.
  const signal = AbortSignal.any([over]);
  const failed = (error: unknown) => log.debug({ err: error, run: place.run, step: place.name }, 'a step has failed');
  const outcome = await clock.busy(() => outcomeOf(place.name, () => work(signal), failed));
  await durably(context, () => journal.complete(place, outcome));
  return unpack(outcome);
}
