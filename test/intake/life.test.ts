import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import type { Store } from '../../src/durable/store.ts';
import { at, beginning, type Desk, ended, firing, openDesk } from './folding.ts';

const second = 1000;
const lateMs = 300 * second;
const hour = 3600 * second;

/** When an alert truly fires: from, to, from, to … in milliseconds after the beginning. */
type Truth = number[];

/** Someone who watches the truth by a clock of their own, and says how it stands. */
interface Report {
  replica: 0 | 1;
  at: number;
  /** How late each copy of it comes. The network loses some, and doubles some. */
  delays: number[];
}

const truths = fc.array(fc.array(fc.integer({ min: second, max: 1200 * second }), { maxLength: 6 }).map(rising), {
  minLength: 1,
  maxLength: 4,
});
const reports = fc.array(
  fc.record({
    replica: fc.constantFrom(0, 1),
    at: fc.integer({ min: 0, max: hour }),
    delays: fc.array(fc.integer({ min: 0, max: lateMs - second }), { maxLength: 3 }),
  }),
  { maxLength: 40 },
);
const skews = fc.tuple(fc.integer({ min: -10, max: 10 }), fc.integer({ min: -10, max: 10 }));
const closings = fc.array(fc.integer({ min: 0, max: hour }), { maxLength: 3 });

test('whatever two replicas say, twice, late and by their own clocks: in the end the book says what is true', () => {
  fc.assert(
    fc.property(truths, reports, skews, closings, (alerts, said, clocks, closed) => {
      const desk = openDesk();
      const moments = [
        ...said.flatMap(report =>
          report.delays.map(delay => ({
            at: report.at + delay,
            act: () => desk.take(...seenBy(report, alerts, clocks)),
          })),
        ),
        ...closed.map(time => ({ at: time, act: () => closeOne(desk) })),
      ].sort((a, b) => a.at - b.at);
      for (const { at: time, act } of moments) {
        desk.wait(beginning + time - desk.now());
        act();
        expectCountsToAgree(desk.store);
      }

      desk.wait(beginning + hour + 2 * lateMs - desk.now());
      for (const replica of [0, 1, 1, 0] as const)
        desk.take(...seenBy({ replica, at: desk.now() - beginning }, alerts, clocks));
      expectCountsToAgree(desk.store);
      const fires = booked(desk.store).filter(({ alert }) => alert.status === 'firing');
      expect(fires.map(({ alert }) => alert.fingerprint).sort()).toEqual(
        alerts.flatMap((truth, n) => (truth.length % 2 === 1 ? [`f${n}`] : [])),
      );
      desk.store.close();
    }),
    { numRuns: 300 },
  );
});

test('a firing that began before one that is over is counted once, however often it is repeated', () => {
  const { store, take, wait } = openDesk();
  take(firing('a', { startsAt: at(0.1) }));
  take(ended('a', { startsAt: at(0.1), endsAt: at(1) }));
  wait(2 * lateMs);
  const older = firing('a', { startsAt: at(0) });
  expect(take(older).joined).toHaveLength(1);
  expect(take(older).known).toBe(1);
  expectCountsToAgree(store);
});

function rising(lengths: number[]): Truth {
  let time = 0;
  return lengths.map(length => (time += length)).filter(moment => moment < hour);
}

/** What has not begun yet is not spoken of. */
function seenBy({ replica, at: time }: Omit<Report, 'delays'>, alerts: Truth[], clocks: readonly number[]): Alert[] {
  const told = (moment: number) => new Date(beginning + moment + clocks[replica]! * second).toISOString();
  return alerts.flatMap((truth, n) => {
    const past = truth.filter(moment => moment <= time);
    const [from, to] = past.length % 2 === 1 ? [past.at(-1)] : past.slice(-2);
    if (from === undefined) return [];
    const startsAt = told(from);
    return [to === undefined ? firing(`f${n}`, { startsAt }) : ended(`f${n}`, { startsAt, endsAt: told(to) })];
  });
}

function closeOne({ store, close }: Desk): void {
  const [open] = store.incidents.list({ open: true, limit: 1 });
  if (open) close(open.id);
}

/** Each firing lies in one incident, and each incident counts those that lie in it. */
function expectCountsToAgree(store: Store): void {
  const fires = booked(store).filter(({ alert }) => alert.status === 'firing');
  const counts = Map.groupBy(fires, ({ incident }) => incident);
  const incidents = store.incidents.list();
  for (const { id, firing: count } of incidents) expect(count).toBe(counts.get(id)?.length ?? 0);
  expect(incidents.reduce((sum, { firing: count }) => sum + count, 0)).toBe(fires.length);
  expect(new Set(fires.map(({ alert }) => alert.fingerprint)).size).toBe(fires.length);
}

function booked(store: Store) {
  return store.alerts.page({ limit: 1000 }).items;
}
