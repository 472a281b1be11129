import type { Alert } from './alert.ts';

/** What we know of the last firing of an alert. */
export interface LastFiring {
  alert: Pick<Alert, 'status' | 'startsAt' | 'endsAt' | 'asOf'>;
  /** When we heard what we know, in milliseconds. */
  heardAt: number;
}

/** What a report of an alert means, beside what is known of it. */
export type News =
  /** Nothing: it was sent again, by another replica, or late. */
  | 'known'
  /** A firing that we have not heard of. When one was open already, that one is over. */
  | 'fires'
  /** The open firing is over. */
  | 'ends'
  /** It is over, and we never heard that it began. */
  | 'ended_unheard';

/** Replicas of Alertmanager, and the network, may bring a firing for so long after its end. */
const lateMs = 300_000;

/** Two Prometheus that see the same firing may say that it began so far apart. */
const sameStartMs = 60_000;

/** How long a firing lasts at least when nobody says when it ended. */
const unsaidMs = 300_000;

/**
 * Whether a report is news. An alert has at most one firing at a time; its reports come repeatedly, from several
 * senders whose clocks differ, and in any order. When in doubt, it fires: a person can see what was too much.
 */
export function newsOf(alert: LastFiring['alert'], last: LastFiring | undefined, now: number): News {
  return alert.status === 'firing' ? newsOfFiring(alert, last, now) : newsOfEnd(alert, last);
}

function newsOfFiring({ startsAt, asOf }: LastFiring['alert'], last: LastFiring | undefined, now: number): News {
  if (!last) return 'fires';
  const [start, lastStart] = [Date.parse(startsAt), Date.parse(last.alert.startsAt)];
  if (last.alert.status === 'firing') return start > lastStart ? 'fires' : 'known';
  const isAnother = start > endOf(last.alert) || start > lastStart + sameStartMs;
  const outlivedItsEnd = asOf !== undefined && Date.parse(asOf) > endOf(last.alert);
  return isAnother || outlivedItsEnd || now - last.heardAt >= lateMs ? 'fires' : 'known';
}

/** The end of a firing ends whatever began before it, and nothing that began after it. */
function newsOfEnd(ended: LastFiring['alert'], last: LastFiring | undefined): News {
  const isOlder = last !== undefined && endOf(ended) < Date.parse(last.alert.startsAt);
  if (isOlder) return 'known';
  if (last?.alert.status === 'firing') return 'ends';
  return last && Date.parse(ended.startsAt) <= endOf(last.alert) ? 'known' : 'ended_unheard';
}

function endOf({ startsAt, endsAt }: LastFiring['alert']): number {
  const start = Date.parse(startsAt);
  return endsAt === undefined ? start + unsaidMs : Math.max(start, Date.parse(endsAt));
}
