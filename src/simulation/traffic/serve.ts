import type { Serving } from '../programs/requests.ts';
import { throttledShare } from '../programs/usage.ts';
import { type Answers, add, okShare } from './answers.ts';

/** What one container gets, and what it has to answer with. */
export interface Work {
  /** Requests per second that it has to work on. */
  rate: number;
  /** Seconds after which those who ask have given up. */
  patience: number;
  serving: Serving;
  cpuLimit: number | undefined;
  /** Cores that its node leaves to it. */
  cpuShare?: number;
  /** Cores that it uses anyway. */
  cpuAnyway: number;
  /** What its calls to others come to, for each request. */
  calls: readonly { perRequest: number; answers: Answers; seconds: number; mayFail: boolean }[];
}

export interface Served {
  answers: Answers;
  /** Requests per second that it gets done. */
  done: number;
  cpuCores: number;
  memoryBytes: number;
  /** Seconds that come from the load alone. */
  delay: number;
  /** The share of its time for which the kernel holds it back. */
  throttled: number;
}

/** A container under load, as a fluid: what it gets done, how fast, and what that takes. */
export function serve(work: Work): Served {
  const { rate, serving, patience } = work;
  const quota = work.cpuLimit ?? Infinity;
  const limit = Math.min(quota, work.cpuShare ?? Infinity);
  const spare = Math.max(limit - work.cpuAnyway, limit * 0.01);
  const byCpu = serving.cpuSeconds > 0 ? spare / serving.cpuSeconds : Infinity;
  const busy = Math.min(rate / byCpu, 1);
  const cpuTime = serving.cpuSeconds / Math.min(1, limit);
  const crowded = cpuTime / Math.max(1 - busy, 0.02);
  const waiting = work.calls.reduce((sum, { perRequest, seconds }) => sum + perRequest * seconds, 0);
  const quiet = serving.latency + cpuTime + waiting;
  const working = serving.latency + crowded + waiting;
  const byPlaces = working > 0 ? serving.concurrency / working : Infinity;
  const capacity = Math.min(byCpu, byPlaces);
  const done = Math.min(rate, capacity);
  const lost = rate > capacity ? 1 - capacity / rate : 0;
  const queue = queueTime({ rate, places: serving.concurrency, working, patience });
  const mean = lost > 0 ? Math.max(working, queueOf(patience)) : working + queue;
  const inFlight = Math.min(done * mean + rate * lost * patience, serving.concurrency * 2);
  return {
    answers: answersOf(work, { lost, mean, refuses: byPlaces < byCpu }),
    done,
    cpuCores: Math.min(done * serving.cpuSeconds, spare),
    memoryBytes: inFlight * serving.memoryBytes,
    delay: Math.max(0, mean - quiet),
    throttled: throttledShare((work.cpuAnyway + Math.min(rate, byCpu * 2) * serving.cpuSeconds) / quota),
  };
}

/** Who waits in a queue that only grows is answered shortly before giving up, if at all. */
function queueOf(patience: number): number {
  return 0.9 * patience;
}

function queueTime(at: { rate: number; places: number; working: number; patience: number }): number {
  if (!Number.isFinite(at.places)) return 0;
  const full = Math.min((at.rate * at.working) / at.places, 0.99);
  return Math.min((at.working / at.places) * (full ** at.places / (1 - full)), queueOf(at.patience));
}

function answersOf(work: Work, at: { lost: number; mean: number; refuses: boolean }): Answers {
  const statuses = new Map<number, number>();
  let left = 1 - at.lost;
  if (at.refuses) add(statuses, 503, at.lost);
  for (const { share, above, status } of work.serving.failures) {
    if (work.rate <= above) continue;
    add(statuses, status, left * share);
    left *= 1 - share;
  }
  for (const { perRequest, answers, mayFail } of work.calls) {
    if (mayFail || perRequest === 0) continue;
    const fine = Math.min(1, okShare(answers)) ** perRequest;
    const late = answers.silences.get('timeout') ?? 0;
    const failed = 1 - okShare(answers);
    add(statuses, 504, left * (1 - fine) * (failed > 0 ? late / failed : 0));
    add(statuses, 502, left * (1 - fine) * (failed > 0 ? 1 - late / failed : 1));
    left *= fine;
  }
  add(statuses, 200, left);
  const silences = new Map(at.refuses || at.lost === 0 ? [] : [['timeout' as const, at.lost]]);
  return { statuses, silences, mean: at.mean };
}
