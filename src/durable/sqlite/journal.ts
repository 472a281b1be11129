import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import type { Database } from './database.ts';
import type { Outcome } from './outcome.ts';

/** One call that a run makes: `3.1` is the first one inside the child that was its third. */
export interface Place {
  run: string;
  position: string;
  kind: 'step' | 'sleep' | 'recv' | 'child';
  name: string;
}

export type Entry = Outcome | { state: 'open'; due: number | undefined };

export interface Journal {
  /** What an earlier process recorded here; throws when it was another call than the one made now. */
  find(place: Place): Entry | undefined;
  /** Records a call that takes its time. */
  open(place: Place, due?: number): Entry;
  complete(place: Place, outcome: Outcome): void;
  /** Forgets what the calls inside a child recorded: its own outcome stands for them. */
  forgetInside(place: Place): void;
  forgetRun(run: string): void;
}

interface Row {
  kind: string;
  name: string;
  state: 'open' | 'done' | 'failed';
  due: number | null;
  value: string | null;
}

export function createJournal(database: Database): Journal {
  const select = database.prepare('SELECT kind, name, state, due, value FROM journal WHERE run = ? AND position = ?');
  const insert = database.prepare(
    "INSERT INTO journal (run, position, kind, name, state, due) VALUES (?, ?, ?, ?, 'open', ?)",
  );
  const write = database.prepare(
    `INSERT INTO journal (run, position, kind, name, state, value) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (run, position) DO UPDATE SET state = excluded.state, value = excluded.value`,
  );
  const forgetRange = database.prepare('DELETE FROM journal WHERE run = ? AND position > ? AND position < ?');
  const forget = database.prepare('DELETE FROM journal WHERE run = ?');

  return {
    find(place) {
      const row = select.get(place.run, place.position) as Row | undefined;
      if (!row) return undefined;
      if (row.kind !== place.kind || row.name !== place.name) throw workflowChanged(place, row);
      return entryOf(row);
    },
    open(place, due) {
      insert.run(place.run, place.position, place.kind, place.name, due ?? null);
      return { state: 'open', due };
    },
    complete({ run, position, kind, name }, { state, value }) {
      write.run(run, position, kind, name, state, value);
    },
    forgetInside(place) {
      forgetRange.run(place.run, ...insideOf(place.position));
    },
    forgetRun(run) {
      forget.run(run);
    },
  };
}

/** All positions inside `3` sort between `3.` and `3/`. */
export function insideOf(position: string): [string, string] {
  return [`${position}.`, `${position}/`];
}

function entryOf({ state, due, value }: Row): Entry {
  if (state === 'open') return { state, due: due ?? undefined };
  return state === 'done' ? { state, value } : { state, value: value ?? '' };
}

function workflowChanged(place: Place, row: Row): AlertwrightError {
  const was = `${row.kind} "${row.name}"`;
  const is = `${place.kind} "${place.name}"`;
  const message = `the workflow changed between two starts: at ${place.position} of run ${place.run}, expected ${was}, got ${is}`;
  return new AlertwrightError('workflow_changed', message, {
    remedy: 'Let runs end before a version with other steps is started.',
    exitCode: exitCodes.software,
  });
}
