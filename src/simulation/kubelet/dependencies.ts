import type { Clock } from '../../lib/clock.ts';
import type { NeededService } from '../programs/run_program.ts';
import { type Address, parseAddress } from '../traffic/address.ts';
import type { ConnectionError } from '../traffic/network.ts';

export interface DependencyWatcher {
  connect(address: Address): Promise<ConnectionError>;
  write(lines: string[]): void;
  /** Whether the program can serve as far as this dependency is concerned. */
  onChange(available: boolean): void;
  /** The program gives up. */
  onGiveUp(exitCode: number): void;
}

/** Looks at one dependency from the moment the program is up, and reacts as the program would. */
export async function watchDependency(
  clock: Clock,
  { rule, address, say }: NeededService,
  watcher: DependencyWatcher,
  signal: AbortSignal,
): Promise<void> {
  const endpoint = address === undefined || address === '' ? undefined : parseAddress(address);
  const details = { host: endpoint?.host ?? '', port: String(endpoint?.port ?? '') };
  let missingSince: number | undefined;
  while (!signal.aborted) {
    const error = endpoint ? await watcher.connect(endpoint) : 'no address is set';
    if (signal.aborted) return;
    const wasMissing = missingSince !== undefined;
    missingSince = error === undefined ? undefined : (missingSince ?? clock.now());
    if (error !== undefined) watcher.write(say('missing', { ...details, error }));
    else if (wasMissing) watcher.write(say('back', { ...details, error: '' }));
    watcher.onChange(error === undefined || rule.whenMissing === 'log');
    const waited = missingSince === undefined ? 0 : clock.now() - missingSince;
    const patience = rule.patience * 1000;
    if (missingSince !== undefined && rule.whenMissing === 'exit' && waited >= patience) {
      watcher.onGiveUp(rule.exitCode);
      return;
    }
    const left = missingSince !== undefined && rule.whenMissing === 'exit' ? patience - waited : Infinity;
    await clock.sleep(Math.min(rule.every * 1000, left), signal);
  }
}
