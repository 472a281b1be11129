import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Run } from '../../../src/durable/engine.ts';
import { type Database, openDatabase } from '../../../src/durable/sqlite/database.ts';
import { createSqliteStore, openSqliteStore } from '../../../src/durable/sqlite/open_store.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { AlertwrightError, exitCodes } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { turn } from '../conformance/subject.ts';
import { sqliteSubject } from './sqlite_subject.ts';

const subject = sqliteSubject();
const parts = { clock: systemClock, log: silentLog, workflows: {} };
const open = (path: string) => openSqliteStore({ path, ...parts });

function refusalOf(path: string): AlertwrightError {
  try {
    open(path).close();
  } catch (error) {
    if (error instanceof AlertwrightError) return error;
    throw error;
  }
  throw new Error(`expected ${path} to be refused`);
}

test('makes the directories on the way, for nobody else to read', () => {
  const directory = join(subject.folder, 'a', 'b');
  open(join(directory, 'c.db')).close();
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

test('a database that is open is refused with its path and the reason', () => {
  const path = subject.newPlace();
  const first = open(path);
  const refusal = refusalOf(path);
  expect(refusal.message).toBe(`expected ${path} to be free, but another alertwright has it open`);
  expect(refusal).toMatchObject({ code: 'storage_locked', exitCode: exitCodes.unavailable });
  first.close();
  open(path).close();
});

test('a directory in which nothing can be made is refused', () => {
  const file = join(subject.folder, 'a_file');
  writeFileSync(file, '');
  const folder = join(subject.folder, 'a_folder.db');
  mkdirSync(folder);
  for (const path of ['/proc/alertwright/a.db', '/proc/a.db', join(file, 'a.db'), folder]) {
    const refusal = refusalOf(path);
    expect(refusal.message).toBe(
      `expected to create or open ${path}, but its directory is missing, read-only or no directory`,
    );
    expect(refusal).toMatchObject({ code: 'storage_unavailable', exitCode: exitCodes.cannotCreate });
    expect(refusal.remedy).toContain('choose another data directory');
  }
});

test('a file that may only be read is refused', () => {
  const path = subject.newPlace();
  open(path).close();
  chmodSync(dirname(path), 0o755);
  chmodSync(path, 0o444);
  expect(asNobody(() => refusalOf(path)).code).toBe('storage_read_only');
});

/** Permissions don't stop root, so root steps back for a moment. */
function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  const nobody = 65_534;
  process.seteuid?.(nobody);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

test('what is no database of ours is refused, and left as it is', () => {
  const text = subject.newPlace();
  writeFileSync(
    text,
    'this is no database, but it is longer than the header of one would have to be, by far.'.repeat(9),
  );
  const foreign = subject.newPlace();
  const connection = new DatabaseSync(foreign);
  connection.exec('CREATE TABLE theirs (x)');
  for (const path of [text, foreign]) expect(refusalOf(path).code).toBe('storage_not_ours');
  expect(connection.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
  connection.close();
});

test('a database of a newer version is refused', () => {
  const path = subject.newPlace();
  open(path).close();
  const connection = new DatabaseSync(path);
  connection.exec('PRAGMA user_version = 999');
  connection.close();
  expect(refusalOf(path).message).toContain('got schema 999 of a newer alertwright');
});

test('a full disk: what is asked for fails with one sentence, what was committed stays, and health says why', () => {
  const path = subject.newPlace();
  const store = openSqliteStore({ path, ...parts, maxBytes: 256 * 1024, workflows: { w: async () => 1 } });
  const accepted: string[] = [];
  const fill = () => {
    for (let n = 0; n < 1000; n++) {
      store.engine.accept([{ id: `r${n}`, workflow: 'w', input: 'x'.repeat(8192) }]);
      accepted.push(`r${n}`);
    }
  };
  expect(fill).toThrow(`expected to write to ${path}, but there is no space left for it`);
  expect(accepted.length).toBeGreaterThan(5);
  const more = () => store.engine.accept([{ id: 'more', workflow: 'w', input: 'x'.repeat(100_000) }]);
  expect(more).toThrow(expect.objectContaining({ code: 'storage_full', exitCode: exitCodes.unavailable }));
  store.close();
  const reopened = openSqliteStore({ path, ...parts, workflows: { w: async () => 1 } });
  const again = reopened.engine.accept(accepted.map(id => ({ id, workflow: 'w', input: null })));
  expect(again).toEqual({ started: [], known: accepted });
  reopened.close();
});

test('health is a write that was committed, or why it was not', () => {
  const path = subject.newPlace();
  const store = open(path);
  expect(store.healthy()).toEqual({ ok: true });
  store.close();
  expect(store.healthy()).toEqual({ ok: false, reason: `expected ${path} to be open, but it was closed already` });
});

test('a closed store leaves no log file behind', () => {
  const path = subject.newPlace();
  open(path).close();
  expect(existsSync(`${path}-wal`)).toBe(false);
});

/** A database whose disk is full whenever `full` says so. */
function withFullDisk(database: Database, full: () => boolean): Database {
  return {
    ...database,
    transaction(work) {
      if (full()) throw new AlertwrightError('storage_full', 'no space left');
      return database.transaction(work);
    },
  };
}

test('a result that finds the disk full waits until it no longer is: no step is repeated, none is lost', async () => {
  const clock = createVirtualClock({ start: 0 });
  clock.start();
  let full = false;
  let calls = 0;
  const path = subject.newPlace();
  const database = withFullDisk(openDatabase({ path, log: silentLog }), () => full);
  const work = async (run: Run) =>
    run.step('count', () => {
      full = true;
      return ++calls;
    });
  const store = createSqliteStore(database, { clock, log: silentLog, workflows: { work } });
  store.engine.start();
  store.engine.accept([{ id: 'r', workflow: 'work', input: null }]);
  await clock.sleep(60_000);
  expect(() => store.engine.send('r', 't', 1, '1')).toThrow('no space left');
  full = false;
  expect(await store.engine.result('r')).toBe(1);
  expect(calls).toBe(1);
  expect(clock.now()).toBeLessThan(120_000);
  store.close();
});

test('a step that could not write itself is called again, and its failure is not journaled', async () => {
  const clock = createVirtualClock({ start: 0 });
  clock.start();
  let full = false;
  let calls = 0;
  const path = subject.newPlace();
  const database = withFullDisk(openDatabase({ path, log: silentLog }), () => full);
  const work = async (run: Run) => {
    const before = await run.step('before', () => ++calls);
    await run.step('write', () => {
      calls += 1;
      full = calls === 2;
      store.effects.intend(`e${calls}`, { incident: 'i', action: 'a', target: 't' });
    });
    return before;
  };
  const store = createSqliteStore(database, { clock, log: silentLog, workflows: { work } });
  store.engine.start();
  store.engine.accept([{ id: 'r', workflow: 'work', input: null }]);
  await turn();
  full = false;
  expect(await store.engine.result('r')).toBe(1);
  expect(store.effects.list('i').map(({ key }) => key)).toEqual(['e3']);
  store.close();
});
