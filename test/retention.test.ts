import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../src/durable/sqlite/open_store.ts';
import { incidentWorkflow } from '../src/intake/place_alert.ts';
import { takeIn } from '../src/intake/take_in.ts';
import { silentLog } from '../src/lib/log.ts';
import { createVirtualClock } from '../src/lib/virtual_clock.ts';
import { keepFor } from '../src/retention.ts';
import { labSettings } from '../src/settings.ts';
import { alertFor } from './support/incidents.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');

test('what has been over for long is forgotten with all that belongs to it; what is open or fires is kept', async () => {
  const clock = createVirtualClock({ start });
  const workflows = { [incidentWorkflow]: async () => undefined };
  const store = openSqliteStore({ path: ':memory:', clock, log: silentLog, workflows });
  const at = new Date(start).toISOString();
  const take = (name: string, status: 'firing' | 'resolved') => {
    const alert = alertFor({ deployment: name }, { fingerprint: name, status, startsAt: at, endsAt: at });
    return takeIn([alert], { store, now: clock.now(), limits: labSettings.folding }).opened[0]!;
  };
  const close = (id: string) =>
    store.incidents.append(id, 'over', { type: 'closed', state: 'escalated', summary: 's', learned: [] });
  const over = Array.from({ length: 120 }, (_, n) => take(`over-${n}`, 'firing'));
  for (const id of over) close(id);
  for (let n = 0; n < 120; n++) take(`over-${n}`, 'resolved');
  const [open, firing] = [take('open', 'firing'), take('firing', 'firing')];
  close(firing);
  take('ended unheard', 'resolved');

  store.engine.start();
  const stop = keepFor(30 * dayMs, { store, clock, log: silentLog });
  onTestFinished(() => {
    stop();
    clock.stop();
    store.close();
  });
  clock.start();
  const names = () => store.alerts.page({ limit: 1000 }).items.map(({ alert }) => alert.fingerprint);
  await clock.sleep(29 * dayMs);
  expect(names()).toHaveLength(123);
  await clock.sleep(2 * dayMs);
  expect(store.incidents.list().map(({ id }) => id)).toEqual([firing, open]);
  expect(names()).toEqual(['firing', 'open']);
  expect(store.incidents.events(over[0]!)).toEqual([]);
  await expect(store.engine.result(over[0]!)).rejects.toThrow(/expected a run that was accepted/);
});
