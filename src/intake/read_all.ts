import type { Alertmanager, OpenAlert } from '../alertmanager/alertmanager.ts';
import { messageOf } from '../lib/errors.ts';

/** What all Alertmanagers together have. */
export interface Seen {
  /** By fingerprint. */
  open: Map<string, OpenAlert>;
  /** Each of them has something that it was sent lately. */
  isAlive: boolean;
  /** All of them answered. */
  answered: boolean;
  /** Why what they don't have may be there all the same. */
  problem?: string;
}

/** Whoever sends alerts repeats them every minute or so. */
const aliveMs = 300_000;

/** Asks all of them at once. Those that fail are left out, and said. Throws the signal's reason. */
export async function readAll(
  alertmanagers: readonly Alertmanager[],
  { settlingMs, at }: { settlingMs: number; at: number },
  signal: AbortSignal,
): Promise<Seen> {
  const looks = await Promise.allSettled(alertmanagers.map(each => each.read(signal)));
  signal.throwIfAborted();
  const open = new Map<string, OpenAlert>();
  const problems: string[] = [];
  let isAlive = true;
  for (const [index, look] of looks.entries()) {
    const { name } = alertmanagers[index]!;
    if (look.status === 'rejected') {
      problems.push(messageOf(look.reason));
      continue;
    }
    const { now = at, startedAt, alerts, complete } = look.value;
    for (const alert of alerts) open.set(alert.fingerprint, stronger(alert, open.get(alert.fingerprint)));
    isAlive &&= alerts.some(({ updatedAt }) => now - updatedAt < aliveMs);
    if (!complete) problems.push(`the Alertmanager at ${name} has more than can be compared`);
    if (now - startedAt < settlingMs)
      problems.push(`the Alertmanager at ${name} was started less than ${settlingMs / 1000} s ago`);
  }
  const [problem] = problems;
  const answered = looks.every(({ status }) => status === 'fulfilled');
  return { open, isAlive, answered, ...(problem === undefined ? {} : { problem }) };
}

/** Replicas learn of silences and alerts one after the other: the one that knows more is right. */
function stronger(one: OpenAlert, other: OpenAlert | undefined): OpenAlert {
  if (!other || weights[one.state] > weights[other.state]) return one;
  return weights[one.state] === weights[other.state] && one.updatedAt > other.updatedAt ? one : other;
}

const weights: Record<OpenAlert['state'], number> = { unprocessed: 0, active: 1, muted: 2, inhibited: 3, silenced: 4 };
