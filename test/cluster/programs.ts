import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What is kept between runs: the programs that install.sh has built, and where a shared control plane is. */
export const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'alertwright', 'control-plane');

type Program = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubectl';

/** The file of a program of the real control plane: from KUBEBUILDER_ASSETS, or as install.sh has built it. */
export function programFile(program: Program): string {
  const file = join(process.env['KUBEBUILDER_ASSETS'] || builtFolder(), program);
  if (!existsSync(file)) throw new Error(`expected ${file}, got nothing there: run test/cluster/install.sh first`);
  return file;
}

/** The same fingerprint as in install.sh. */
function builtFolder(): string {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum', 'main.go'])
    hash.update(readFileSync(join(import.meta.dirname, 'control_plane', name)));
  return join(cache, hash.digest('hex').slice(0, 16));
}
