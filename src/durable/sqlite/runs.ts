import type { RunRequest } from '../engine.ts';
import type { Database } from './database.ts';
import { decode, encode } from './json.ts';
import type { Outcome } from './outcome.ts';

/** The list of all runs. */
export interface Runs {
  /** The request as it was stored, or `undefined` when the id is known already. */
  add(request: RunRequest): RunRequest | undefined;
  find(id: string): RecordedRun | undefined;
  /** In the order in which they were accepted. */
  active(): RunRequest[];
  finish(id: string, outcome: Outcome): void;
}

export type RecordedRun = Outcome | { state: 'active' };

interface Row {
  id: string;
  workflow: string;
  input: string | null;
  state: 'active' | 'done' | 'failed';
  output: string | null;
}

export function createRuns(database: Database): Runs {
  const insert = database.prepare(
    'INSERT INTO runs (id, workflow, input) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
  );
  const select = database.prepare('SELECT state, output FROM runs WHERE id = ?');
  const selectActive = database.prepare("SELECT id, workflow, input FROM runs WHERE state = 'active' ORDER BY ordinal");
  const update = database.prepare("UPDATE runs SET state = ?, output = ? WHERE id = ? AND state = 'active'");

  return {
    add({ id, workflow, input }) {
      const text = encode(`the input of ${id}`, input);
      const isNew = insert.run(id, workflow, text).changes === 1;
      return isNew ? { id, workflow, input: decode(text) } : undefined;
    },
    find(id) {
      const row = select.get(id) as Pick<Row, 'state' | 'output'> | undefined;
      if (!row || row.state === 'active') return row && { state: 'active' };
      return row.state === 'done' ? { state: 'done', value: row.output } : { state: 'failed', value: row.output ?? '' };
    },
    active: () =>
      selectActive.all().map(row => {
        const { id, workflow, input } = row as Pick<Row, 'id' | 'workflow' | 'input'>;
        return { id, workflow, input: decode(input) };
      }),
    finish(id, { state, value }) {
      update.run(state, value, id);
    },
  };
}
