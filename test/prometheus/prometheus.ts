import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where install.sh has put a program of Prometheus. */
export function installed(): { promtool: string; prometheus: string } {
  execFileSync(join(import.meta.dirname, 'install.sh'), { stdio: ['ignore', 'ignore', 'inherit'] });
  const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache');
  const folder = join(cache, 'alertwright', 'prometheus', 'current', 'usr', 'bin');
  return { promtool: join(folder, 'promtool'), prometheus: join(folder, 'prometheus') };
}

export const rulesFile = join(import.meta.dirname, '..', '..', 'deploy', 'rules', 'alertwright.yaml');
