import type { Pod } from '../../kubernetes/objects.ts';
import { finishedAt } from './job_pods.ts';

const firstPause = 10_000;
const longestPause = 600_000;

/** How often pods of a job have failed since the last one succeeded. */
export interface FailureRecord {
  failures: number;
  lastFailure: number;
}

export const noFailures: FailureRecord = { failures: 0, lastFailure: 0 };

export function recordAfter(record: FailureRecord, succeeded: readonly Pod[], failed: readonly Pod[]): FailureRecord {
  const failures = failed.map(finishedAt);
  if (succeeded.length === 0) {
    if (failures.length === 0) return record;
    return { failures: record.failures + failures.length, lastFailure: Math.max(...failures) };
  }
  const lastSuccess = Math.max(...succeeded.map(finishedAt));
  const later = failures.filter(at => at > lastSuccess);
  return { failures: later.length, lastFailure: Math.max(0, ...later) };
}

/** Milliseconds until a new pod may be made: 10 s after the first failure, then twice as long each time. */
export function pauseLeft({ failures, lastFailure }: FailureRecord, now: number): number {
  if (failures === 0) return 0;
  const pause = Math.min(firstPause * 2 ** (failures - 1), longestPause);
  return Math.max(0, lastFailure + pause - now);
}
