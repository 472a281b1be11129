import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from '../../src/durable/engine.ts';
import { openDatabase } from '../../src/durable/sqlite/database.ts';
import { openSqliteStore } from '../../src/durable/sqlite/open_store.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';

const runs = 50;
const stepsPerRun = 5;
const rounds = 15;

/**
 * How many steps a second the embedded engine journals, beside what the disk allows at all: one bare INSERT per
 * transaction, in the same kind of file. Disks change their mind from second to second: many short rounds, each with
 * its own floor, and the median of the ratios. Only that can be compared between machines.
 */
export async function benchDurable(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-bench-'));
  const measured: { floor: number; rate: number }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const floor = commitsPerSecond(join(folder, `floor-${round}.db`));
      measured.push({ floor, rate: await stepsPerSecond(join(folder, `engine-${round}.db`)) });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratio = median(measured.map(({ floor, rate }) => rate / floor)).toFixed(2);
  const rate = Math.round(median(measured.map(round => round.rate)));
  const floor = Math.round(median(measured.map(round => round.floor)));
  console.log(`durable: ${ratio} of the bare commits that the disk allows (${rate} steps/s, ${floor} commits/s)`);
}

function commitsPerSecond(path: string): number {
  const database = openDatabase({ path, log: silentLog });
  const insert = database.prepare(
    "INSERT INTO journal (run, position, kind, name, state) VALUES (?, '1', 's', 'n', 'done')",
  );
  const count = runs * stepsPerRun;
  const begun = performance.now();
  for (let n = 0; n < count; n++) insert.run(`${n}`);
  const seconds = (performance.now() - begun) / 1000;
  database.close();
  return count / seconds;
}

async function stepsPerSecond(path: string): Promise<number> {
  const workflow = async (run: Run) => {
    for (let n = 0; n < stepsPerRun; n++) await run.step(`step ${n}`, () => n);
  };
  const store = openSqliteStore({ path, clock: systemClock, log: silentLog, workflows: { workflow } });
  const ids = Array.from({ length: runs }, (_, n) => `run ${n}`);
  store.engine.accept(ids.map(id => ({ id, workflow: 'workflow', input: null })));
  const begun = performance.now();
  store.engine.start();
  await Promise.all(ids.map(id => store.engine.result(id)));
  const seconds = (performance.now() - begun) / 1000;
  store.close();
  return (runs * stepsPerRun) / seconds;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
