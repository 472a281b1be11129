import { onTestFinished } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import type { Whereabouts } from '../../src/alerts/subject.ts';
import { openSqliteStore } from '../../src/durable/sqlite/open_store.ts';
import type { Store } from '../../src/durable/store.ts';
import { incidentWorkflow } from '../../src/intake/place_alert.ts';
import { type TakenIn, takeIn } from '../../src/intake/take_in.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { labSettings } from '../../src/settings.ts';
import { alertFor } from '../support/incidents.ts';

export interface Desk {
  store: Store;
  /** Takes alerts in at the present time. */
  take(...alerts: Alert[]): TakenIn;
  /** Lets time pass. */
  wait(ms: number): void;
  now(): number;
  close(incident: string, state?: 'escalated' | 'self_resolved'): void;
}

export const beginning = Date.parse('2026-11-21T10:00:00.000Z');

/** A store whose runs are never called: an incident stays as its alerts leave it. */
export function openDesk(seen?: (alert: Alert) => Whereabouts | undefined): Desk {
  let now = beginning;
  const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}), busy: work => work() };
  const workflows = { [incidentWorkflow]: async () => undefined };
  const store = openSqliteStore({ path: ':memory:', clock, log: silentLog, workflows });
  onTestFinished(() => store.close());
  const { folding: limits } = labSettings;
  return {
    store,
    take: (...alerts) => takeIn(alerts, { store, now, limits, ...(seen ? { seen } : {}) }),
    wait(ms) {
      now += ms;
    },
    now: () => now,
    close: (incident, state = 'escalated') =>
      void store.incidents.append(incident, 'over', { type: 'closed', state, summary: 'over', learned: [] }),
  };
}

/** Minutes after the beginning. */
export function at(minutes: number): string {
  return new Date(beginning + minutes * 60_000).toISOString();
}

export function firing(fingerprint: string, more: Partial<Alert> = {}): Alert {
  return alertFor({ namespace: 'shop', deployment: 'cart' }, { fingerprint, startsAt: at(0), ...more });
}

export function ended(fingerprint: string, more: Partial<Alert> = {}): Alert {
  return firing(fingerprint, { status: 'resolved', endsAt: at(5), ...more });
}
