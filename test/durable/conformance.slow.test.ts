import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { exitCodes } from '../../src/lib/errors.ts';
import { createRandom } from './conformance/crash/random.ts';
import { runTrial } from './conformance/crash/trial.ts';
import { sqliteSubject } from './sqlite/sqlite_subject.ts';

const subject = sqliteSubject();
const children = new Set<ChildProcess>();
const seed = Number(process.env['TRIAL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** It also ends by itself when we do: its input closes. */
function spawnWorker(path: string, stderr: 'inherit' | 'pipe' = 'inherit'): ChildProcess {
  const script = fileURLToPath(new URL('./sqlite/worker.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', stderr] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

test(`300 incidents survive 56 kills (TRIAL_SEED=${seed})`, async () => {
  const path = subject.newPlace();
  const random = createRandom(seed);
  const trial = await runTrial({ spawnWorker: () => spawnWorker(path), incidents: 300, kills: 56, random });
  expect(trial.violations).toEqual([]);
  expect(trial.overlaps).toEqual([]);
  expect(trial.accepted.size).toBe(300);
  expect([...trial.results.keys()].sort()).toEqual([...trial.accepted].sort());
  expect(trial.counts.size).toBe(300);
  expect([...trial.counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(trial.deaths['any time']).toBeGreaterThanOrEqual(28);
  expect(trial.deaths['before act']).toBeGreaterThanOrEqual(5);
  expect(trial.deaths['after act']).toBeGreaterThanOrEqual(5);
}, 180_000);

test('a second process on the same database is refused with one sentence, and the first goes on', async () => {
  const path = subject.newPlace();
  const first = spawnWorker(path);
  await once(first.stdout!, 'data');
  const second = spawnWorker(path, 'pipe');
  let said = '';
  second.stderr!.on('data', text => {
    said += String(text);
  });
  const [code] = await once(second, 'close');
  expect(said).toBe(`expected ${path} to be free, but another alertwright has it open\n`);
  expect(code).toBe(exitCodes.unavailable);
  expect(first.exitCode).toBeNull();
});
