import { onTestFinished } from 'vitest';
import { connectAlertmanager } from '../../src/alertmanager/connect.ts';
import type { Alert } from '../../src/alerts/alert.ts';
import { openSqliteStore } from '../../src/durable/sqlite/open_store.ts';
import { type CatchUp, type CatchUpRules, createCatchUp, usualRules } from '../../src/intake/catch_up.ts';
import { incidentWorkflow } from '../../src/intake/place_alert.ts';
import { createIntake } from '../../src/intake/receive.ts';
import { createLog, silentLog } from '../../src/lib/log.ts';
import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import { labSettings } from '../../src/settings.ts';
import { createFake, type Listed, serveFake } from '../alertmanager/fake.ts';

export const minute = 60_000;
export const rules: CatchUpRules = { ...usualRules, everyMs: 3 * minute, settlingMs: 5 * minute };

/** An intake beside some Alertmanagers, on a clock that jumps. */
export async function openPost(more: Partial<CatchUpRules> = {}, replicas = 1) {
  const clock = createVirtualClock({ start: Date.parse('2026-11-21T10:00:00Z') });
  const store = openSqliteStore({
    path: ':memory:',
    clock,
    log: silentLog,
    workflows: { [incidentWorkflow]: async () => undefined },
  });
  const intake = createIntake({
    store,
    clock,
    log: silentLog,
    limits: labSettings.folding,
    lookout: { known: () => undefined, look: async () => () => undefined },
    onTaken: () => {},
  });
  const fakes = Array.from({ length: replicas }, () => createFake(clock));
  const served = await Promise.all(fakes.map(fake => serveFake(fake, clock)));
  const alertmanagers = served.map(({ url }) => connectAlertmanager({ url, timeoutMs: 2000 }));
  const lines: string[] = [];
  const log = createLog({ level: 'info', destination: { write: line => void lines.push(line) } });
  let catchUp: CatchUp;

  const post = {
    clock,
    store,
    lines,
    served,
    fakes,
    fake: fakes[0]!,
    /** Begins anew, as after a restart of ours. */
    begin() {
      catchUp = createCatchUp({ alertmanagers, book: store.alerts, intake, clock, log, rules: { ...rules, ...more } });
      catchUp.start();
    },
    end: () => catchUp.stop(),
    state: () => catchUp.state(),
    /** What the webhook does. */
    async deliver(alerts: Alert[], truncated = 0) {
      catchUp?.heard({ alerts, truncated });
      await intake.receive({ alerts, rejected: [] });
      await intake.settled();
    },
    /** Lets time pass, and looks that begin in it end; whoever sends alerts repeats them. */
    async pass(ms: number, { refresh = true } = {}) {
      clock.start();
      for (let left = ms; left > 0; left -= minute) {
        if (refresh) for (const fake of fakes) fake.refresh();
        await clock.sleep(Math.min(left, minute));
      }
      await clock.sleep(1);
      clock.stop();
      await intake.settled();
    },
    statusOf: (fingerprint: string) => store.alerts.last(fingerprint)?.alert.status,
  };
  onTestFinished(async () => {
    await catchUp?.stop();
    await intake.stop();
    await Promise.all(alertmanagers.map(each => each.close()));
    store.close();
    clock.stop();
  });
  return post;
}

/** A listed alert as the webhook brings it. */
export function sent({ fingerprint, labels, annotations, startsAt }: Listed, more: Partial<Alert> = {}): Alert {
  return { fingerprint, status: 'firing', labels, annotations, startsAt, receiver: 'ours', ...more };
}

export function ended(listed: Listed, endsAt: number): Alert {
  return sent(listed, { status: 'resolved', endsAt: new Date(endsAt).toISOString() });
}
