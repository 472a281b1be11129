import { setImmediate as nextTurn } from 'node:timers/promises';
import { alertOf, type OpenAlert } from '../alertmanager/alertmanager.ts';
import type { Alert } from '../alerts/alert.ts';
import type { AlertBook, BookedAlert } from '../alerts/book.ts';
import { newsOf } from '../alerts/life.ts';
import type { Absent } from './absences.ts';
import type { Seen } from './read_all.ts';

export interface Comparison extends Absent {
  /** What fires there and not here. */
  missed: Alert[];
  /** How long until the next one is old enough to be missed. */
  youngMs: number | undefined;
}

export interface ComparisonDeps {
  book: Pick<AlertBook, 'last' | 'page'>;
  rules: { receiver?: string; quietMs: number; graceMs: number };
  /** When the look began. */
  at: number;
  /** When a firing alert was last sent to us. */
  heardAt(fingerprint: string): number | undefined;
}

/** Others have their turn after so many. */
const atOnce = 500;

/** What we hold beside what they have. Tens of thousands of alerts stop nobody. */
export async function compare(seen: Seen, deps: ComparisonDeps): Promise<Comparison> {
  const { missed, youngMs } = await findMissed(seen, deps);
  const { absent, held } = await findAbsent(seen, deps);
  return { missed, youngMs, absent, held, isAlive: seen.isAlive, at: deps.at };
}

async function findMissed({ open }: Seen, { book, rules, at }: ComparisonDeps) {
  const missed: Alert[] = [];
  let youngMs: number | undefined;
  let looked = 0;
  for (const alert of open.values()) {
    if (++looked % atOnce === 0) await nextTurn();
    if (alert.state !== 'active' || !isRoutedTo(rules.receiver, alert) || !isNews(alert, book, at)) continue;
    const age = at - alert.startsAt;
    // Below zero it began while we looked, or by a clock that is a little ahead of ours.
    if (Math.abs(age) < rules.graceMs) {
      youngMs = Math.min(youngMs ?? rules.graceMs, rules.graceMs - age);
      continue;
    }
    const read = alertOf(alert, at, rules.receiver);
    if (read) missed.push(read);
  }
  return { missed, youngMs };
}

function isRoutedTo(receiver: string | undefined, { receivers }: OpenAlert): boolean {
  return receiver === undefined || receivers.includes(receiver);
}

function isNews({ fingerprint, startsAt, updatedAt }: OpenAlert, book: Pick<AlertBook, 'last'>, at: number): boolean {
  const report = { status: 'firing' as const, startsAt: iso(startsAt), asOf: iso(updatedAt) };
  return newsOf(report, book.last(fingerprint), at) === 'fires';
}

async function findAbsent({ open }: Seen, { book, rules, at, heardAt }: ComparisonDeps) {
  const absent: BookedAlert[] = [];
  let held = 0;
  let cursor: number | undefined;
  do {
    const page = book.page({ status: 'firing', limit: atOnce, ...(cursor === undefined ? {} : { cursor }) });
    for (const booked of page.items) {
      const { alert } = booked;
      if (!cameBy(rules.receiver, alert)) continue;
      held += 1;
      const heard = Math.max(booked.heardAt, heardAt(alert.fingerprint) ?? 0);
      if (!open.has(alert.fingerprint) && heard <= at - rules.quietMs) absent.push(booked);
    }
    cursor = page.next;
    await nextTurn();
  } while (cursor !== undefined);
  return { absent, held };
}

/** What others than an Alertmanager sent can't be missing from one. */
function cameBy(receiver: string | undefined, alert: Alert): boolean {
  return receiver === undefined ? alert.receiver !== undefined : alert.receiver === receiver;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
