import { type ChildProcess, spawn } from 'node:child_process';
import { systemClock } from '../../src/lib/clock.ts';

/** Programs that end together: in the reverse order of their start, and even when this process is killed. */
export interface ProcessGroup {
  start(file: string, args: readonly string[]): RunningProgram;
  stop(): Promise<void>;
}

export interface RunningProgram {
  /** What it said last, when it has ended. */
  ended(): string | undefined;
}

const stopsWithinMs = 8_000;

export function createProcessGroup(folder: string): ProcessGroup {
  const watchdog = startWatchdog(folder);
  const stops: (() => Promise<void>)[] = [];
  return {
    start(file, args) {
      const program = run(file, args, folder);
      if (program.pid !== undefined) watchdog.watch(program.pid);
      stops.push(program.stop);
      return program;
    },
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop();
      await watchdog.finish();
    },
  };
}

/**
 * A shell that reads process ids from us. When its input ends before it has read "done", we are gone without having
 * stopped them: it does, and takes their folder away.
 */
function startWatchdog(folder: string): { watch(pid: number): void; finish(): Promise<void> } {
  const script = `trap '' INT TERM HUP; pids=
    while read -r word; do [ "$word" = done ] && exit; pids="$pids $word"; done
    for pid in $pids; do kill -KILL "$pid"; done; sleep 1; rm -rf "$1"`;
  const shell = spawn('/bin/sh', ['-c', script, 'watchdog', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = endOf(shell);
  shell.stdin.on('error', () => {});
  return {
    watch: pid => void shell.stdin.write(`${pid}\n`),
    async finish() {
      shell.stdin.end('done\n');
      await ended;
    },
  };
}

/** In a session of its own, so that Ctrl-C reaches us first and the order of stopping is ours. */
function run(file: string, args: readonly string[], cwd: string) {
  const child = spawn(file, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let written = '';
  const keep = (chunk: Buffer) => {
    written = (written + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let over = false;
  const ended = endOf(child).then(() => {
    over = true;
  });
  return {
    pid: child.pid,
    ended: () => (over ? written : undefined),
    async stop() {
      if (over) return;
      child.kill('SIGTERM');
      const patience = new AbortController();
      systemClock.sleep(stopsWithinMs, patience.signal).then(
        () => child.kill('SIGKILL'),
        () => {},
      );
      await ended.finally(() => patience.abort());
    },
  };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise(resolve => child.once('close', () => resolve()).once('error', () => resolve()));
}
