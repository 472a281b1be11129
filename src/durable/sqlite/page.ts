import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Page, PageQuery } from '../../alerts/book.ts';
import type { Database } from './database.ts';

type Row = Record<string, unknown>;
type Pager = <T>(
  filters: Record<string, SQLInputValue | undefined>,
  query: PageQuery,
  read: (row: Row) => T,
) => Page<T>;

/** Reads a table page by page, newest first. Cursors are ordinals: what comes in meanwhile moves no page. */
export function createPager(database: Database, select: string): Pager {
  const statements = new Map<string, StatementSync>();

  /** The names of the filters are the program's own, never a caller's. */
  function statementFor(names: readonly string[]): StatementSync {
    const conditions = [...names.map(name => `${name} = ?`), 'ordinal < ?'].join(' AND ');
    const sql = `${select} WHERE ${conditions} ORDER BY ordinal DESC LIMIT ?`;
    const found = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, found);
    return found;
  }

  return (filters, { limit, cursor = Number.MAX_SAFE_INTEGER }, read) => {
    const set = Object.entries(filters).filter(([, value]) => value !== undefined) as [string, SQLInputValue][];
    const values = set.map(([, value]) => value);
    const rows = statementFor(set.map(([name]) => name)).all(...values, cursor, limit + 1) as Row[];
    const shown = rows.slice(0, limit);
    const items = shown.map(read);
    return rows.length > limit ? { items, next: Number(shown.at(-1)?.['ordinal']) } : { items };
  };
}
