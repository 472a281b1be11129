import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { comparedScenarios, historyOf } from './history.ts';

/** A machine with much else to do: turns of its loop are crowded and late, and somebody keeps time waiting. */
function storm(clock: Clock): () => void {
  let isOver = false;
  let noise = 1;
  const next = (below: number) => {
    noise = (noise * 48_271) % 2_147_483_647;
    return noise % below;
  };
  const blow = () => {
    if (isOver) return;
    const until = performance.now() + (next(500) === 0 ? 1 : 0);
    while (performance.now() < until);
    if (next(3000) === 0) void clock.busy(() => new Promise(done => setTimeout(done, next(4))));
    if (next(1000) === 0) setTimeout(blow, 1);
    else setImmediate(blow);
  };
  blow();
  blow();
  return () => {
    isOver = true;
  };
}

test('a scenario has one history, in this process and another, on a quick machine and a slow one', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'print_histories.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  const printed = createInterface(child.stdout)[Symbol.asyncIterator]();
  for (const name of comparedScenarios) {
    const here = await historyOf(name, storm);
    const there = JSON.parse((await printed.next()).value ?? '[]') as string[];
    const differs = here.findIndex((line, index) => line !== there[index]);
    expect({ name, here: here[differs], there: there[differs] }).toEqual({ name, here: undefined, there: undefined });
    expect(there.length, name).toBe(here.length);
    expect(here.length, name).toBeGreaterThan(500);
  }
});
