import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where install.sh has put a program of Prometheus. */
export function installed(): { promtool: string; prometheus: string } {
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const said = execFileSync(join(import.meta.dirname, 'install.sh'), { encoding: 'utf8', stdio: [...stdio] });
  const folder = said.trim();
  return { promtool: join(folder, 'promtool'), prometheus: join(folder, 'prometheus') };
}

export const rulesFile = join(import.meta.dirname, '..', '..', 'deploy', 'rules', 'alertwright.yaml');
