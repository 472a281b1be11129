import { age, clip, enumerate, plural } from './answer.ts';
import type { Revision, Revisions } from './revisions.ts';
import type { FoundWorkload } from './workload_lookup.ts';
import { writersOf } from './writers.ts';

const mostChanges = 15;

interface Change {
  healthy: boolean;
  changes: string[];
  now: number;
}

/** What changed since the workload was last known to be well: who, when, why, and each field. */
export function changeText(found: FoundWorkload, revisions: Revisions, { healthy, changes, now }: Change): string[] {
  const { current, before, completedAt } = revisions;
  const made = `${current.title}${current.madeAt ? `, made ${age(current.madeAt, now)} ago` : ''}`;
  const who = authorText(found, current, now);
  const cause = current.cause ? `, because "${clip(current.cause, 120)}"` : '';
  if (!before) return [`Now ${made}${who}${cause}: there is no older one to compare with.`];
  const than = `${before.title}${before.madeAt ? ` of ${age(before.madeAt, now)} ago` : ''}`;
  const lines = [`Changed in ${made}${who}${cause}, from ${than} (${proofText(before, healthy)}):`];
  if (changes.length === 0) lines.push('  nothing in the pod template');
  lines.push(...changes.slice(0, mostChanges).map(change => `  ${change}`));
  if (changes.length > mostChanges) lines.push(`  and ${plural(changes.length - mostChanges, 'other field')}`);
  if (!healthy && completedAt && current.number !== undefined)
    lines.push(
      `Revision ${current.number} was rolled out completely ${age(completedAt, now)} ago, so it worked at first: look also at what it depends on, its settings (get_config) and its load.`,
    );
  return lines;
}

function proofText({ proof }: Revision, healthy: boolean): string {
  if (healthy) return 'the one before it';
  return proof
    ? `the last that was healthy: ${proof}`
    : 'the one before it; no pod of it is left to show whether it was healthy';
}

/** Who wrote the template: the only one who did, or the one who wrote something when the revision was made. */
function authorText({ kind, object }: FoundWorkload, { madeAt }: Revision, now: number): string {
  const writers = writersOf(object, kind === 'CronJob' ? ['spec', 'jobTemplate'] : ['spec', 'template']);
  const [last] = writers;
  if (!last) return '';
  if (madeAt === undefined) return ` by ${last.name}, whose last change here was ${age(last.time, now)} ago`;
  const author = writers.find(({ time }) => Math.abs(Date.parse(time) - Date.parse(madeAt)) < 60_000);
  if (author ?? writers.length === 1) return ` by ${(author ?? last).name}`;
  return ` by one of ${enumerate(
    writers.map(({ name }) => name),
    3,
  )}`;
}
