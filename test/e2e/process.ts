import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../src/lib/clock.ts';

export interface Running {
  /** What it has said lately, on either output. */
  said(): string;
  /** Ends it, and waits until it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface Launch {
  name: string;
  program: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Whether it does its work by now. */
  ready(): Promise<boolean>;
  /** Takes the end of it, at once: a test may be over before it works. */
  keep?(end: () => Promise<void>): void;
}

const linesKept = 40;
const patienceMs = 60_000;

/** Starts a program with nothing of our environment but the path, and waits until it works. */
export async function launch({ name, program, args, env = {}, cwd, ready, keep }: Launch): Promise<Running> {
  const only = { PATH: process.env['PATH'] ?? '', ...env };
  const child = spawn(program, args, { env: only, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').catch((error: unknown) => [error]);
  const said = listenTo(child);
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill(signal);
    await ended;
  };
  keep?.(stop);
  const deadline = systemClock.now() + patienceMs;
  while (!(await ready())) {
    const over = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    if (!over && systemClock.now() < deadline) {
      await systemClock.sleep(50);
      continue;
    }
    await stop();
    throw new Error(`expected ${name} to work ${over ? 'but it ended' : 'within a minute'}; it said:\n${said()}`);
  }
  return { said, stop };
}

function listenTo(child: ChildProcess): () => string {
  let lines: string[] = [];
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding('utf8').on('data', (text: string) => {
      lines = [...lines, ...text.split('\n').filter(Boolean)].slice(-linesKept);
    });
  return () => lines.join('\n');
}
