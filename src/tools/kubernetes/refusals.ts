import type { KubeEvent } from '../../kubernetes/objects.ts';
import { clip, duration } from './answer.ts';
import { lastSeen } from './event_time.ts';

/** Something that was not let in, because of a quota or a limit range. */
export interface Refusal {
  who: string;
  why: string;
  times: number;
  lastAt: number;
}

/** What admission says when a quota or a limit range refuses. */
const because = /exceeded quota|failed quota|(maximum|minimum) \S+ usage per|limit to request ratio/;

/** What quotas and limit ranges refused, each reason of each owner once, the latest first. */
export function refusalsIn(events: readonly KubeEvent[]): Refusal[] {
  const refused = events.filter(({ message }) => because.test(message));
  const latest = refused.toSorted((a, b) => lastSeen(b) - lastSeen(a));
  // What is used changes from try to try, and what is asked for doesn't.
  const groups = Map.groupBy(latest, event => `${whoOf(event)} ${reasonIn(event.message).replace(/, used .*/, '')}`);
  return [...groups.values()]
    .map(same => ({
      who: whoOf(same[0]!),
      why: reasonIn(same[0]!.message),
      times: same.reduce((sum, { series, count }) => sum + (series?.count ?? count ?? 1), 0),
      lastAt: Math.max(...same.map(lastSeen)),
    }))
    .sort((a, b) => b.lastAt - a.lastAt);
}

export function refusalLines(refusals: readonly Refusal[], now: number): string[] {
  return refusals.map(
    ({ who, why, times, lastAt }) =>
      `Refused ${times > 1 ? `${times} times, last ` : ''}${duration(now - lastAt)} ago: pods of ${who}: ${clip(why, 300)}`,
  );
}

function whoOf({ involvedObject: { kind, name } }: KubeEvent): string {
  return `${kind} ${name}`;
}

/** Without the name of the pod, which is another each time, and without what is the same in every refusal. */
function reasonIn(message: string): string {
  const reason = message
    .replace(/^.*? is forbidden: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return reason.replace(/^exceeded quota: ([^,]+), requested: (.*), used: (.*), limited: (.*)$/, overQuota);
}

function overQuota(_: string, quota: string, requested: string, used: string, limited: string): string {
  return `quota ${quota} is exceeded: requested ${requested}, used ${used}, allowed ${limited}`;
}
