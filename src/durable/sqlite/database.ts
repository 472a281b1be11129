import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AlertwrightError } from '../../lib/errors.ts';
import { createFolder } from '../../lib/folder.ts';
import type { Log } from '../../lib/log.ts';
import { migrate } from './schema.ts';
import { explainStorage } from './storage_error.ts';
import { createTransactions, type Transactions } from './transactions.ts';

/** One connection that owns its file: nobody else can open it while we live, and a kill frees it. */
export interface Database extends Transactions {
  prepare(sql: string): StatementSync;
  close(): void;
}

export interface DatabaseOptions {
  /** A file, or `:memory:`. Directories on the way are made. */
  path: string;
  log: Log;
  /** The largest the database may grow; writes beyond fail as if the disk were full. */
  maxBytes?: number;
}

/** How long a start waits for the process before it to be gone. */
const lockWaitMs = 1000;

export function openDatabase(options: DatabaseOptions): Database {
  const { path, log } = options;
  const connection = connect(path);
  try {
    prepareFile(connection, options);
    const transactions = createTransactions(connection, { path, log });
    transactions.transaction(() => migrate(connection, path));
    return {
      ...transactions,
      prepare: sql => connection.prepare(sql),
      close: () => {
        if (connection.isOpen) connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw explainStorage(error, path);
  }
}

function connect(path: string): DatabaseSync {
  try {
    if (path !== ':memory:') makeWritable(resolve(path));
    return new DatabaseSync(path, { timeout: lockWaitMs });
  } catch (error) {
    throw explainStorage(error, path);
  }
}

/** SQLite says of what it may not write to no more than "I/O error": ask the file system, which gives the reason. */
function makeWritable(path: string): void {
  createFolder(dirname(path), { mode: 0o700 });
  accessSync(dirname(path), constants.W_OK);
  if (existsSync(path)) closeSync(openSync(path, 'r+'));
}

/**
 * EXCLUSIVE comes before WAL: then the lock covers the file from the first read on, and no shared memory is needed.
 * FULL: a commit has reached the disk when it returns.
 * MEMORY: what a savepoint may have to take back needs no file.
 */
function prepareFile(connection: DatabaseSync, { path, maxBytes }: DatabaseOptions): void {
  connection.exec('PRAGMA locking_mode = EXCLUSIVE');
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal' && path !== ':memory:') throw withoutWal(path, String(mode));
  connection.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY');
  if (maxBytes === undefined) return;
  const pageSize = Number(connection.prepare('PRAGMA page_size').get()?.['page_size']);
  connection.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
}

function withoutWal(path: string, mode: string): AlertwrightError {
  return new AlertwrightError('storage_unavailable', `expected a write-ahead log for ${path}, got mode ${mode}`, {
    remedy: 'Choose a data directory on a local file system.',
  });
}
