import type { Clock } from '../../lib/clock.ts';
import type { ToolPins } from '../tool_pins.ts';
import type { Database } from './database.ts';

export function createToolPins(database: Database, clock: Pick<Clock, 'now'>): ToolPins {
  const all = database.prepare('SELECT * FROM tool_pins WHERE server = ? ORDER BY tool');
  const one = database.prepare('SELECT hash FROM tool_pins WHERE server = ? AND tool = ?');
  const first = database.prepare(
    'INSERT INTO tool_pins (server, tool, hash, pinned_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const replace = database.prepare(
    `INSERT INTO tool_pins (server, tool, hash, pinned_at, confirmed_by) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (server, tool) DO UPDATE SET
       hash = excluded.hash, pinned_at = excluded.pinned_at, confirmed_by = excluded.confirmed_by`,
  );

  return {
    of: server =>
      all.all(server).map(row => ({
        server,
        tool: String(row['tool']),
        hash: String(row['hash']),
        pinnedAt: new Date(Number(row['pinned_at'])).toISOString(),
        ...(row['confirmed_by'] === null ? {} : { confirmedBy: String(row['confirmed_by']) }),
      })),
    pin: (server, tool, hash) =>
      database.transaction(() => {
        first.run(server, tool, hash, clock.now());
        return String(one.get(server, tool)?.['hash']);
      }),
    confirm: (server, tool, { hash, by }) =>
      database.transaction(() => void replace.run(server, tool, hash, clock.now(), by)),
  };
}
