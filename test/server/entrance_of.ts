import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import { Config } from '../../src/config/schema.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Surroundings } from '../../src/lib/fresh_files.ts';
import { createLog, silentLog } from '../../src/lib/log.ts';
import { selfSignedForLoopback } from '../../src/lib/self_signed.ts';
import { type Entrance, openEntrance } from '../../src/server/entrance.ts';

/** What a configuration makes of the doors. */
export function entranceOf(config: z.input<typeof Config>, surroundings: Partial<Surroundings> = {}): Entrance {
  return openEntrance(Config.parse(config), { clock: systemClock, log: silentLog, ...surroundings });
}

/** A folder of the test's own; `put` writes a file there and gives its path. */
export function folderOfTest(): { path: string; put(name: string, text: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'alertwright-doors-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const put = (name: string, text: string) => {
    writeFileSync(join(path, name), text);
    return join(path, name);
  };
  return { path, put };
}

/** A log whose lines can be read. */
export function logOfTest() {
  const lines: { level: string; msg: string; [key: string]: unknown }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { log: createLog({ level: 'info', destination }), lines };
}

/** A clock that stands still until it is told otherwise. */
export function clockOfTest() {
  let now = 1_000_000;
  return { clock: { now: () => now }, pass: (ms: number) => (now += ms) };
}

const hour = 3_600_000;

export function newCertificate(now = systemClock.now()) {
  return selfSignedForLoopback({ from: now - hour, until: now + hour });
}
