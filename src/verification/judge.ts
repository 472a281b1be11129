import type { Health } from '../incidents/event.ts';
import type { Check } from './check.ts';

export interface Watch {
  /** The longest that we watch. */
  windowMs: number;
  /** How long everything must have been well, without a break, before it counts. */
  steadyMs: number;
  /** How long it must have been failing, without a break, before we stop hoping. */
  patienceMs: number;
  /** The pause between two looks. */
  checkEveryMs: number;
}

export interface Finding {
  health: Health;
  says: string;
}

/** What the checks so far add up to; `undefined` while it is too early to say. Unknown is never success. */
export function judge(checks: readonly Check[], startedAt: number, watch: Watch): Finding | undefined {
  const last = checks.at(-1);
  if (!last) return undefined;
  if (lasted(checks, isWell) >= watch.steadyMs)
    return { health: 'recovered', says: `${last.workload.says}; no alert is firing` };
  if (lasted(checks, isFailing) >= watch.patienceMs) return { health: 'failing', says: last.workload.says };
  if (last.at - startedAt < watch.windowMs) return undefined;
  if (last.workload.state === 'unknown') return { health: 'indeterminate', says: last.workload.says };
  if (isWell(last)) return { health: 'indeterminate', says: 'well at last, but not for long enough to trust it' };
  return {
    health: 'failing',
    says: `${last.workload.says}; ${last.alertsFiring} alerts still firing when the watch ended`,
  };
}

const isWell = (check: Check): boolean => check.workload.state === 'met' && check.alertsFiring === 0;
const isFailing = (check: Check): boolean => check.workload.state === 'failing';

/** For how long, up to the last check, every check was like that; -1 when the last one wasn't. */
function lasted(checks: readonly Check[], like: (check: Check) => boolean): number {
  const lastOther = checks.findLastIndex(check => !like(check));
  const first = checks[lastOther + 1];
  return first ? checks.at(-1)!.at - first.at : -1;
}
