import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Page, PageQuery } from '../../alerts/book.ts';
import type { Database } from './database.ts';

type Row = Record<string, unknown>;

/** SQL of the program's own, and a caller's value for the `?` in it. */
export type Condition = readonly [sql: string, value?: SQLInputValue];

type Pager = <T>(conditions: readonly Condition[], query: PageQuery, read: (row: Row) => T) => Page<T>;

/** Reads a table page by page, newest first. Cursors are ordinals: what comes in meanwhile moves no page. */
export function createPager(database: Database, { table, columns }: { table: string; columns: string }): Pager {
  const statements = new Map<string, StatementSync>();
  const newest = database.prepare(`SELECT coalesce(max(ordinal), 0) AS ordinal FROM ${table}`);

  function statementFor(conditions: readonly string[]): StatementSync {
    const where = [...conditions, 'ordinal < ?', 'ordinal >= ?'].join(' AND ');
    const found = statements.get(where);
    if (found) return found;
    const sql = `SELECT ordinal, ${columns} FROM ${table} WHERE ${where} ORDER BY ordinal DESC LIMIT ?`;
    const statement = database.prepare(sql);
    statements.set(where, statement);
    return statement;
  }

  return (conditions, { limit, cursor, lookAt, mostBytes = Number.POSITIVE_INFINITY }, read) => {
    const from = cursor ?? Number(newest.get()?.['ordinal']) + 1;
    const to = lookAt === undefined ? 0 : from - lookAt;
    const statement = statementFor(conditions.map(([sql]) => sql));
    const values = conditions.flatMap(([, value]) => (value === undefined ? [] : [value]));
    const items: ReturnType<typeof read>[] = [];
    let [last, bytes] = [from, 0];
    for (const row of statement.iterate(...values, from, to, limit + 1)) {
      const item = read(row);
      bytes += bytesOf(item, mostBytes);
      if (items.length === limit || (items.length > 0 && bytes > mostBytes)) return { items, next: last };
      items.push(item);
      last = Number(row['ordinal']);
    }
    return to > 1 ? { items, next: to } : { items };
  };
}

/** As it will be sent. Whoever sets no bound does not have it counted. */
function bytesOf(item: unknown, bound: number): number {
  return bound === Number.POSITIVE_INFINITY ? 0 : Buffer.byteLength(JSON.stringify(item));
}
