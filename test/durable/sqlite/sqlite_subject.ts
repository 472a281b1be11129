import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openSqliteStore } from '../../../src/durable/sqlite/open_store.ts';
import type { Subject } from '../conformance/subject.ts';

/** Stores in files of a folder that is gone after the tests of the file. */
export function sqliteSubject(): Subject & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-durable-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let places = 0;
  return {
    folder,
    newPlace: () => join(folder, `${++places}.db`),
    open: (path, parts) => openSqliteStore({ path, ...parts }),
  };
}
