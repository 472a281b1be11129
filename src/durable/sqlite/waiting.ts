import { durably, type RunContext, waitFor } from './context.ts';
import type { Place } from './journal.ts';
import { type Outcome, unpack } from './outcome.ts';

const nothing: Outcome = { state: 'done', value: null };

/** Sleeps until a time that is fixed at the first call, in whatever process that was. */
export async function sleep(context: RunContext, place: Place, ms: number): Promise<void> {
  const { journal, clock, bells } = context;
  const due = () => clock.now() + duration(ms);
  const entry = await durably(context, () => journal.find(place) ?? journal.open(place, due()));
  if (entry.state !== 'open') return;
  // Timers of the machine may be a little early, and bells also ring for other reasons.
  for (let left = leftOf(context, entry.due); left > 0; left = leftOf(context, entry.due)) {
    await waitFor(context, bells.listen(place.position), left);
  }
  await durably(context, () => journal.complete(place, nothing));
}

/** The next message, or `undefined` once the time that the first call fixed is up. Either answer is journaled. */
export async function recv<T>(context: RunContext, place: Place, timeoutMs: number): Promise<T | undefined> {
  const { journal, clock, bells, mailbox } = context;
  const due = () => (timeoutMs === Number.POSITIVE_INFINITY ? undefined : clock.now() + duration(timeoutMs));
  const entry = await durably(context, () => journal.find(place) ?? journal.open(place, due()));
  if (entry.state !== 'open') return unpack(entry);
  for (;;) {
    const bell = bells.listen(topicBell(place.name));
    const message = await durably(context, () => mailbox.take(place));
    const left = leftOf(context, entry.due);
    if (!message && left > 0) {
      await waitFor(context, bell, left === Number.POSITIVE_INFINITY ? undefined : left);
      continue;
    }
    bell.ignore();
    if (!message) await durably(context, () => journal.complete(place, nothing));
    return unpack({ state: 'done', value: message?.body ?? null });
  }
}

export function topicBell(topic: string): string {
  return `topic ${topic}`;
}

function leftOf({ clock }: RunContext, due: number | undefined): number {
  return due === undefined ? Number.POSITIVE_INFINITY : due - clock.now();
}

function duration(ms: number): number {
  if (!Number.isFinite(ms)) throw new TypeError(`expected a finite number of milliseconds, got ${ms}`);
  return Math.max(0, ms);
}
