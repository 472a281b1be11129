import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where install.sh has put the programs of Alertmanager, and the folder that it is to be started in. */
export function alertmanagerPrograms(): { alertmanager: string; amtool: string; cwd: string } {
  const cwd = execFileSync(join(import.meta.dirname, 'install.sh'), { encoding: 'utf8' }).trim();
  const bin = join(cwd, 'usr', 'bin');
  return { alertmanager: join(bin, 'alertmanager'), amtool: join(bin, 'amtool'), cwd };
}
