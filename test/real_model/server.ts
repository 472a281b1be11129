import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';

/** A llama-server with a model of 135 million parameters: true protocol, true slowness, mostly wrong answers. */
export interface ModelServer {
  /** Up to and with the version. */
  url: string;
  close(): Promise<void>;
}

/** What the weights were trained for. */
export const contextTokens = 8192;
/** So small a model repeats itself until it is stopped. */
const longestAnswer = 700;

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'alertwright', 'real-model');
const startsWithinMs = 60_000;
const stopsWithinMs = 5_000;

/** As they were installed: sid moves, so that the server differs from machine to machine. */
export function installedVersions(): string {
  const server = join(cache, 'server');
  const weights = join(cache, 'weights');
  for (const file of [join(server, 'usr/bin/llama-server'), join(weights, 'model.gguf')])
    if (!existsSync(file)) throw new Error(`expected ${file}, got nothing there: run test/real_model/install.sh first`);
  return [server, weights].map(link => readlinkSync(link)).join(', ');
}

export async function startModelServer(options: { contextTokens: number }): Promise<ModelServer> {
  installedVersions();
  // One thread: two of them wait for each other in busy loops, and crawl when other tests run beside them.
  const running = run([
    ...['--model', join(cache, 'weights', 'model.gguf'), '--jinja', '--ctx-size', String(options.contextTokens)],
    ...['--predict', String(longestAnswer), '--seed', '1', '--parallel', '1', '--threads', '1', '--cache-ram', '0'],
    ...['--host', '127.0.0.1', '--port', '0', '--no-ui', '--offline'],
  ]);
  try {
    return { url: `${await untilHealthy(running)}/v1`, close: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

interface Running {
  child: ChildProcess;
  /** The last of what it wrote. */
  written(): string;
  stop(): Promise<void>;
}

/** The server is built for another C library than this machine's, so it runs under the loader that came with it. */
function run(args: readonly string[]): Running {
  const server = join(cache, 'server');
  const libraries = join(server, 'usr/lib/x86_64-linux-gnu');
  const searched = ['', 'ggml', 'llama'].map(folder => join(libraries, folder)).join(':');
  const child = spawn(
    join(libraries, 'ld-linux-x86-64.so.2'),
    ['--library-path', searched, join(server, 'usr/bin/llama-server'), ...args],
    { env: { GGML_BACKEND_PATH: backendIn(libraries) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let written = '';
  const keep = (chunk: Buffer) => {
    written = (written + chunk).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()).once('error', () => resolve()));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    child,
    written: () => written,
    async stop() {
      child.kill('SIGTERM');
      const patience = new AbortController();
      systemClock.sleep(stopsWithinMs, patience.signal).then(kill, () => {});
      await ended.finally(() => patience.abort());
      process.off('exit', kill);
    },
  };
}

/** The server looks for code for this processor beside its loader, where there is none, unless it is told where. */
function backendIn(libraries: string): string {
  const flags =
    readFileSync('/proc/cpuinfo', 'utf8')
      .match(/^flags\s*:.*$/m)?.[0]
      .split(/\s+/) ?? [];
  const haswell = ['avx2', 'fma', 'f16c', 'bmi2'].every(flag => flags.includes(flag));
  return join(libraries, 'ggml/backends0', `libggml-cpu-${haswell ? 'haswell' : 'x64'}.so`);
}

/** It listens on a port of its own choice, which it writes, and is healthy once the model is loaded. */
async function untilHealthy({ child, written }: Running): Promise<string> {
  const deadline = systemClock.now() + startsWithinMs;
  while (systemClock.now() < deadline && child.exitCode === null && child.signalCode === null && child.pid) {
    const port = /127\.0\.0\.1\D{1,10}([1-9]\d*)/.exec(written())?.[1];
    const origin = `http://127.0.0.1:${port}`;
    if (port && (await isHealthy(origin))) return origin;
    await systemClock.sleep(50);
  }
  throw new Error(`expected a healthy llama-server within ${startsWithinMs / 1000} s, got:\n${written()}`);
}

async function isHealthy(origin: string): Promise<boolean> {
  const answer = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  return answer?.ok ?? false;
}
