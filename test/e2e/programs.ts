import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where install.sh has put the programs of Alertmanager. */
export function alertmanagerPrograms(): { alertmanager: string; amtool: string } {
  const folder = execFileSync(join(import.meta.dirname, 'install.sh'), { encoding: 'utf8' }).trim();
  return { alertmanager: join(folder, 'prometheus-alertmanager'), amtool: join(folder, 'amtool') };
}
