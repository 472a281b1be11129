import { type Answers, add, mix, okShare, type Silence, shareOf } from './answers.ts';
import { shareWithin } from './latency.ts';
import type { End } from './network.ts';

/** How a client calls. */
export interface Caller {
  /** Seconds after which it gives up. */
  timeout: number;
  retries: number;
}

/** What calls come to, retries included. */
export interface CallResult {
  answers: Answers;
  /** Attempts for each call. */
  attempts: number;
  /** Seconds that the client spends with a call, whatever comes of it. */
  seconds: number;
}

const refusedAfter = 0.001;

/** Calls that are spread over all ends alike. `answersOf` knows what a container answers. */
export function callAll(
  ends: readonly End[],
  { timeout, retries }: Caller,
  answersOf: (end: Extract<End, { kind: 'container' }>) => Answers,
): CallResult {
  const part = 1 / ends.length;
  const tries = ends.map(end => attempt(end, timeout, answersOf));
  const once = mix(tries.map(({ answers }) => ({ part, answers })));
  const seconds = tries.reduce((sum, one) => sum + part * one.seconds, 0);
  const failing = 1 - okShare(once);
  if (retries === 0 || failing <= 0) return { answers: once, attempts: 1, seconds };
  let attempts = 0;
  for (let i = 0; i <= retries; i++) attempts += failing ** i;
  return { answers: lastOf(once, failing ** retries), attempts, seconds: seconds * attempts };
}

function attempt(
  end: End,
  timeout: number,
  answersOf: (end: Extract<End, { kind: 'container' }>) => Answers,
): { answers: Answers; seconds: number } {
  if (end.kind === 'container') return cutOff(answersOf(end), timeout);
  if (end.kind === 'external') {
    const { latency = 0.08, failing = 0 } = end.host;
    const statuses = new Map<number, number>();
    add(statuses, 200, 1 - failing);
    add(statuses, 503, failing);
    return cutOff({ statuses, silences: new Map(), mean: latency }, timeout);
  }
  const seconds = end.kind === 'timeout' ? timeout : refusedAfter;
  return { answers: { statuses: new Map(), silences: new Map([[end.kind, 1]]), mean: 0 }, seconds };
}

/** What doesn't come in time has not come. */
function cutOff({ statuses, silences, mean }: Answers, timeout: number): { answers: Answers; seconds: number } {
  const inTime = shareWithin(timeout, mean);
  const cut = new Map([...statuses].map(([status, share]) => [status, share * inTime]));
  const silent = new Map<Silence, number>(silences);
  const answered = shareOf(statuses);
  add(silent, 'timeout', answered * (1 - inTime));
  const late = 1 - answered * inTime;
  const seconds = Math.min(mean, timeout) * answered * inTime + timeout * late;
  return { answers: { statuses: cut, silences: silent, mean: Math.min(mean, timeout) }, seconds };
}

/** After the last retry only `left` of the failures are still failures. */
function lastOf({ statuses, silences, mean }: Answers, left: number): Answers {
  const after = new Map<number, number>();
  const ok = [...statuses].filter(([status]) => status < 400);
  for (const [status, share] of statuses) if (status >= 400) add(after, status, share * left);
  const silent = new Map([...silences].map(([why, share]) => [why, share * left]));
  const fine = 1 - shareOf(after) - shareOf(silent);
  const before = ok.reduce((sum, [, share]) => sum + share, 0);
  for (const [status, share] of ok) add(after, status, (fine * share) / before);
  return { statuses: after, silences: silent, mean };
}
