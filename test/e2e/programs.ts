import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Debian's Alertmanager is of 2023 (0.25), the other is the one that docker-compose.yml names. */
export type Release = 'debian' | 'current';

export interface AlertmanagerPrograms {
  alertmanager: string;
  amtool: string;
  /** Where it is to be started. */
  cwd: string;
}

export function alertmanagerPrograms(release: Release = 'debian'): AlertmanagerPrograms {
  const script = release === 'debian' ? 'install.sh' : join('current', 'install.sh');
  const cwd = execFileSync(join(import.meta.dirname, script), { encoding: 'utf8' }).trim();
  const bin = release === 'debian' ? join(cwd, 'usr', 'bin') : cwd;
  return { alertmanager: join(bin, 'alertmanager'), amtool: join(bin, 'amtool'), cwd };
}
