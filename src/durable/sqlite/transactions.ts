import type { DatabaseSync } from 'node:sqlite';
import { AlertwrightError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { explainStorage } from './storage_error.ts';

export interface Transactions {
  /** Commits all of the work or nothing. Inside another one it joins that: the outermost commits. */
  transaction<T>(work: () => T): T;
  /**
   * The same for work that is one statement. It is whole by itself, so that inside another transaction it needs no
   * savepoint, which would cost more than the statement: SQLite copies every page that changes after one.
   */
  statement<T>(work: () => T): T;
  /** Runs the hook once the outermost transaction is committed; never when what called it was rolled back. */
  afterCommit(hook: () => void): void;
}

export function createTransactions(connection: DatabaseSync, options: { path: string; log: Log }): Transactions {
  const begin = connection.prepare('BEGIN IMMEDIATE');
  const commit = connection.prepare('COMMIT');
  const hooks = createHooks(options.log);
  let depth = 0;

  function outermost<T>(work: () => T): T {
    try {
      begin.run();
      const result = synchronous(work());
      commit.run();
      return result;
    } catch (error) {
      // SQLite rolls back by itself when the disk is full.
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }

  function nested<T>(work: () => T): T {
    const name = `level_${depth}`;
    connection.exec(`SAVEPOINT ${name}`);
    try {
      const result = synchronous(work());
      connection.exec(`RELEASE ${name}`);
      return result;
    } catch (error) {
      if (connection.isTransaction) connection.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      throw error;
    }
  }

  function transaction<T>(work: () => T): T {
    if (!connection.isOpen) throw closed(options.path);
    const mark = hooks.count();
    depth += 1;
    try {
      return depth === 1 ? outermost(work) : nested(work);
    } catch (error) {
      hooks.dropFrom(mark);
      throw explainStorage(error, options.path);
    } finally {
      depth -= 1;
      if (depth === 0) hooks.run();
    }
  }

  return {
    transaction,
    statement: work => (depth > 0 ? work() : transaction(work)),
    afterCommit(hook) {
      hooks.add(hook);
      if (depth === 0) hooks.run();
    },
  };
}

interface Hooks {
  add(hook: () => void): void;
  count(): number;
  dropFrom(mark: number): void;
  run(): void;
}

/** Hooks run in the order of the commits, also when a hook commits something itself. */
function createHooks(log: Log): Hooks {
  let waiting: (() => void)[] = [];
  const ready: (() => void)[] = [];
  let running = false;

  function drain(): void {
    running = true;
    for (let hook = ready.shift(); hook; hook = ready.shift()) {
      try {
        hook();
      } catch (error) {
        log.error({ err: error }, 'what follows a commit has failed');
      }
    }
    running = false;
  }

  return {
    add: hook => waiting.push(hook),
    count: () => waiting.length,
    dropFrom: mark => waiting.splice(mark),
    run() {
      ready.push(...waiting);
      waiting = [];
      if (!running) drain();
    },
  };
}

/** An await would let other work slip into the transaction. */
function synchronous<T>(result: T): T {
  if (result instanceof Promise) throw new Error('expected synchronous work in a transaction, got a promise');
  return result;
}

function closed(path: string): AlertwrightError {
  return new AlertwrightError('storage_closed', `expected ${path} to be open, but it was closed already`);
}
