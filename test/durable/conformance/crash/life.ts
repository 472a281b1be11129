import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Command, Report } from './protocol.ts';

/** One worker process, from its start to its death. */
export interface Life {
  tell(command: Command): void;
  kill(): void;
  /** Resolves when the process is dead and everything that it said has been heard. */
  dead: Promise<void>;
}

export function beginWorkerLife(child: ChildProcess, hear: (report: Report, life: Life) => void): Life {
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('expected a worker with pipes for its input and output');
  const lines = createInterface({ input: stdout });
  const heard = new Promise<void>(resolve => lines.on('close', resolve));
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  // A line can be told to a worker that has just been killed.
  stdin.on('error', () => {});
  const life: Life = {
    tell: command => void stdin.write(`${JSON.stringify(command)}\n`),
    kill: () => void child.kill('SIGKILL'),
    dead: Promise.all([exited, heard]).then(() => {}),
  };
  lines.on('line', line => {
    const report = reportIn(line);
    if (report) hear(report, life);
  });
  return life;
}

/** `undefined` for the half line that a kill may leave. */
function reportIn(line: string): Report | undefined {
  try {
    return JSON.parse(line) as Report;
  } catch {
    return undefined;
  }
}
