import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { startControlPlane } from './control_plane.ts';
import { cache } from './programs.ts';
import { sharedFile } from './shared.ts';

/**
 * Starts a real API server and leaves it running until a signal comes, so that compare.ts need not start one each time.
 * `--controllers` runs the controller-manager and the scheduler too: then objects don't stay as they were written.
 */
const controllers = process.argv.includes('--controllers');
mkdirSync(cache, { recursive: true });
const plane = await startControlPlane({ controllers });
const { url, token, certificate, kubeconfig } = plane;
const isShared = !controllers;
if (isShared) writeFileSync(sharedFile, JSON.stringify({ url, token, certificate }), { mode: 0o600 });
process.stdout.write(`${url} token ${token}\nexport KUBECONFIG=${kubeconfig}\n`);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    if (isShared) rmSync(sharedFile, { force: true });
    void plane.stop().then(() => process.exit(0));
  });
