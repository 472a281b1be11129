import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';

/** Starts a control plane in a process of its own, says where its files are, and waits for its end. */
const starter = `
  import { startControlPlane } from ${JSON.stringify(join(import.meta.dirname, 'control_plane.ts'))};
  const plane = await startControlPlane();
  process.stdout.write(plane.kubeconfig + '\\n');
  process.once('SIGTERM', () => plane.stop());
`;

/** The processes whose working folder is this one. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false; // It has ended since.
      }
    });
}

test.each(['SIGTERM', 'SIGKILL'] as const)('nothing is left of a control plane whose owner gets %s', async signal => {
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '--eval', starter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const folder = await new Promise<string>((resolve, reject) => {
      owner.stdout.once('data', (text: Buffer) => resolve(dirname(String(text).trim())));
      owner.once('exit', code => reject(new Error(`expected a kubeconfig, got exit code ${code}`)));
    });
    // etcd, API server, controller-manager, scheduler, and who watches over them.
    expect(processesIn(folder)).toHaveLength(5);
    owner.kill(signal);
    await vi.waitFor(() => expect(processesIn(folder)).toEqual([]), 20_000);
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), 5_000);
  } finally {
    owner.kill('SIGKILL');
  }
});
