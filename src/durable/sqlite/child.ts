import { durably, never, type RunContext, waitFor } from './context.ts';
import type { Place } from './journal.ts';
import { outcomeOf, unpack } from './outcome.ts';

/** Work that a child runs in a scope of its own. `leave` ends the scope, and settles when none of its steps runs. */
export interface ChildWork {
  run(): Promise<unknown>;
  leave(): Promise<void>;
}

/**
 * Queues for the key, runs the work once it is ours, and gives the key back in the commit that journals how the work
 * ended. Until then it is ours, also while no process lives.
 */
export async function child<T>(context: RunContext, place: Place, work: ChildWork): Promise<T> {
  const { journal, leases, bells } = context;
  const known = await durably(context, () => journal.find(place) ?? enqueue(context, place));
  if (known.state !== 'open') return unpack(known);
  for (let bell = bells.listen(leaseBell(place.position)); ; bell = bells.listen(leaseBell(place.position))) {
    if (await durably(context, () => leases.holds(place))) {
      bell.ignore();
      break;
    }
    await waitFor(context, bell);
  }
  const outcome = await outcomeOf(place.name, work.run);
  await work.leave();
  if (context.gone()) return never();
  await durably(context, () => {
    journal.complete(place, outcome);
    journal.forgetInside(place);
    leases.release(place);
  });
  return unpack(outcome);
}

export function leaseBell(position: string): string {
  return `lease ${position}`;
}

function enqueue({ journal, leases }: RunContext, place: Place) {
  leases.request(place);
  return journal.open(place);
}
