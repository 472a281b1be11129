import type { EffectLedger, EffectRecord } from '../ledger.ts';
import type { Database } from './database.ts';
import { decode, encode } from './json.ts';

type Row = Omit<EffectRecord, 'outcome'> & { outcome: string | null };

export function createEffectLedger(database: Database): EffectLedger {
  const columns = 'key, incident, action, target, state, outcome';
  const select = database.prepare(`SELECT ${columns} FROM effects WHERE key = ?`);
  const selectOfIncident = database.prepare(`SELECT ${columns} FROM effects WHERE incident = ? ORDER BY ordinal`);
  const insert = database.prepare(
    'INSERT INTO effects (key, incident, action, target) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING',
  );
  // What is unknown may become known: a person looks.
  const update = database.prepare(
    "UPDATE effects SET state = ?, outcome = ? WHERE key = ? AND state IN ('intent', 'unknown')",
  );

  return {
    find(key) {
      const row = select.get(key) as Row | undefined;
      return row && recordOf(row);
    },
    intend(key, { incident, action, target }) {
      database.transaction(() => {
        if (insert.run(key, incident, action, target).changes === 1) return;
        throw new Error(`expected a new effect, got ${key}, which is in the ledger already`);
      });
    },
    settle(key, state, outcome) {
      database.transaction(() => {
        if (update.run(state, encode(`the outcome of ${key}`, outcome), key).changes === 1) return;
        throw new Error(
          `expected effect ${key} to be waiting for its end, got ${select.get(key)?.['state'] ?? 'no record'}`,
        );
      });
    },
    list: incident => selectOfIncident.all(incident).map(row => recordOf(row as Row)),
  };
}

function recordOf(row: Row): EffectRecord {
  const { key, incident, action, target, state } = row;
  return { key, incident, action, target, state, outcome: decode(row.outcome) };
}
