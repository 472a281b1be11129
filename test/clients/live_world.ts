import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { selfSignedForLoopback } from '../../src/lib/self_signed.ts';
import { type LiveCluster, startLiveCluster } from '../../src/simulation/live_cluster.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface LiveWorld {
  cluster: LiveCluster;
  kubeconfig: string;
  /** Runs kubectl with the words of a line. Words with blanks in them come after it. */
  kubectl(line: string, ...words: string[]): Promise<Ran>;
  /** The same, and it has to succeed: what it wrote, with what it said beside it. */
  ok(line: string, ...words: string[]): Promise<string>;
  /** Runs kubectl until it has written something that is expected, and ends it. */
  until(line: string, wanted: RegExp): Promise<string>;
  /** Writes a file for -f; returns its path. */
  file(name: string, text: string): string;
  close(): Promise<void>;
}

const dayMs = 86_400_000;
const token = 'a-token-for-tests-only';

/** A scenario's world as `alertwright cluster` serves it, and kubectl with its kubeconfig. Time runs fast. */
export async function startLiveWorld(
  scenario: string,
  { secure = false, speed = 30 }: { secure?: boolean; speed?: number } = {},
): Promise<LiveWorld> {
  const now = systemClock.now();
  const identity = selfSignedForLoopback({ from: now - dayMs, until: now + dayMs });
  const secured = secure ? { secured: { ...identity, token } } : {};
  const cluster = await startLiveCluster({ scenario: loadScenario(scenario), speed, ...secured });
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-clients-'));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o700 });
    return path;
  };
  const kubeconfig = file('kubeconfig', cluster.kubeconfig());
  // A HOME of its own: kubectl keeps what it discovers there, by the server's address.
  const env = { ...process.env, HOME: folder, KUBECONFIG: kubeconfig, KUBE_EDITOR: join(folder, 'editor') };
  const kubectl = (line: string, ...words: string[]) =>
    new Promise<Ran>(resolve => {
      execFile('kubectl', [...line.split(' '), ...words], { env, timeout: 60_000 }, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
    });
  return {
    cluster,
    kubeconfig,
    kubectl,
    async ok(line, ...words) {
      const { code, out, err } = await kubectl(line, ...words);
      if (code !== 0) throw new Error(`expected kubectl ${line} to succeed, got ${code}: ${out}${err}`);
      return out + err;
    },
    until: (line, wanted) => untilWritten(line, wanted, env),
    file,
    async close() {
      await cluster.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function untilWritten(line: string, wanted: RegExp, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('kubectl', line.split(' '), { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  return new Promise((resolve, reject) => {
    let written = '';
    const hear = (chunk: Buffer) => {
      written += chunk;
      if (!wanted.test(written)) return;
      resolve(written);
      child.kill();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`expected kubectl ${line} to write ${wanted}, got: ${written}`)));
  });
}
