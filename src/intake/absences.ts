import { alertKey } from '../alerts/alert.ts';
import type { BookedAlert } from '../alerts/book.ts';

export interface AbsenceRules {
  /** How far apart two looks must be that miss an alert, at least. */
  apartMs: number;
  /** How long it may take until an Alertmanager has been sent everything again: so long alerts must be gone. */
  settlingMs: number;
  /** The same while there is doubt. */
  doubtMs: number;
}

/** What one look at every Alertmanager showed. */
export interface Absent {
  /** Those that we hold for firing and that none of them has. */
  absent: readonly BookedAlert[];
  /** How many they were compared with. */
  held: number;
  /** Each of them has something that it was sent lately, so that somebody still talks to it. */
  isAlive: boolean;
  /** When the look began. */
  at: number;
}

export interface Gone {
  booked: BookedAlert;
  /** The first look that did not show it. */
  since: number;
}

export interface Judgement {
  gone: Gone[];
  /** Those that may be gone: a further look will tell. */
  waiting: number;
  /** When the first of those could be, if they stay away. */
  nextAt?: number;
  /** Why it takes longer than usual. */
  doubt?: string;
}

/** So many at least, and more than half of all, make a landslide. */
const landslide = 10;

/** Remembers since when alerts are gone, from look to look. */
export function createAbsences({ apartMs, doubtMs, settlingMs }: AbsenceRules) {
  let missing = new Map<string, number>();
  // Since when no look left a doubt. One that was cut off is sent the first alert long before the last.
  let certainSince: number | undefined;
  const longEnough = Math.max(apartMs, settlingMs);

  return {
    /** For a look that showed nothing for certain: two others do not follow each other any more. */
    forget(): void {
      missing = new Map();
      certainSince = undefined;
    },

    judge({ absent, held, isAlive, at }: Absent): Judgement {
      const doubt = doubtAbout(absent.length, held, isAlive);
      certainSince = doubt === undefined && isAlive ? (certainSince ?? at) : undefined;
      const certain = certainSince ?? Number.POSITIVE_INFINITY;
      const goneAt = (since: number) => Math.min(since + doubtMs, Math.max(since, certain) + longEnough);
      const found = absent.map(booked => ({ booked, since: missing.get(alertKey(booked.alert)) ?? at }));
      const gone = found.filter(({ since }) => at >= goneAt(since));
      const waiting = found.filter(({ since }) => at < goneAt(since));
      missing = new Map(waiting.map(({ booked, since }) => [alertKey(booked.alert), since]));
      const first = waiting.reduce((earliest, { since }) => Math.min(earliest, since), Number.POSITIVE_INFINITY);
      return {
        gone,
        waiting: waiting.length,
        ...(waiting.length > 0 ? { nextAt: goneAt(first), ...(doubt === undefined ? {} : { doubt }) } : {}),
      };
    },
  };
}

function doubtAbout(absent: number, held: number, isAlive: boolean): string | undefined {
  if (absent === 0) return undefined;
  if (absent >= landslide && absent > held / 2) return `${absent} of ${held} alerts are gone at once`;
  return isAlive ? undefined : 'an Alertmanager has no alert that it was sent lately: it may be cut off';
}
