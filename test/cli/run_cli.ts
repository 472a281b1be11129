import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

export interface CliOptions {
  env?: Record<string, string>;
  /** For Node itself. */
  nodeArgs?: string[];
}

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

/** Starts the command line in a process of its own, with nothing of our environment but the path. */
export function startCli(args: readonly string[], { env = {}, nodeArgs = [] }: CliOptions = {}) {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    [...nodeArgs, 'src/alertwright.js', ...args],
    { cwd: root, env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = new Promise<number | null>(done => child.once('close', done));
  return { child, exit };
}

export async function cli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  const { child, exit } = startCli(args, options);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exit, out, err };
}

/** The JSON values of an output with one a line. */
export function jsonLines<T>(out: string): T[] {
  return out
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}
