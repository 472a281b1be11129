import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../src/alerts/alert.ts';
import { openSqliteStore } from '../src/durable/sqlite/open_store.ts';
import type { Store } from '../src/durable/store.ts';
import { incidentWorkflow, takeIn } from '../src/intake.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { alertFor } from './support/incidents.ts';

/** A store whose runs are never called: an incident stays as its alerts leave it. */
function openStore(): Store {
  const workflows = { [incidentWorkflow]: async () => undefined };
  const store = openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog, workflows });
  onTestFinished(() => store.close());
  return store;
}

const early = '2026-11-21T10:00:00.000Z';
const late = '2026-11-21T11:00:00.000Z';

function alert(name: string, more: Partial<Alert> = {}): Alert {
  return alertFor({ namespace: 'shop', deployment: 'cart' }, { fingerprint: name, startsAt: early, ...more });
}

const statusesOf = (store: Store) => store.incidents.list().map(({ alerts }) => alerts.map(({ status }) => status));

test('two replicas that send the same alerts open one incident', () => {
  const store = openStore();
  const body = [alert('a'), alert('b')];
  expect(takeIn(body, store)).toMatchObject({ opened: [expect.any(String)], joined: [expect.any(String)], known: 0 });
  expect(takeIn(body, store)).toEqual({ opened: [], joined: [], resolved: [], known: 2 });
  expect(statusesOf(store)).toEqual([['firing', 'firing']]);
});

test('one that ended before we heard of it opens nothing, in whatever order its news arrives in one body', () => {
  const store = openStore();
  const ended = alert('a', { status: 'resolved' });
  expect(takeIn([ended], store).known).toBe(1);
  expect(takeIn([alert('a'), ended], store).known).toBe(2);
  expect(takeIn([ended, alert('a')], store).known).toBe(2);
  expect(store.incidents.list()).toEqual([]);
});

test('an alert that fires anew joins what is still open, and late news of its first firing ends only that', () => {
  const store = openStore();
  takeIn([alert('a')], store);
  expect(takeIn([alert('a', { startsAt: late })], store).joined).toHaveLength(1);
  expect(takeIn([alert('a', { status: 'resolved' })], store).resolved).toHaveLength(1);
  expect(statusesOf(store)).toEqual([['resolved', 'firing']]);
});

test('what one body ends counts before what it starts: a new fault is not taken for an old one', () => {
  const store = openStore();
  const [old] = takeIn([alert('a', { startsAt: '2020-01-01T00:00:00.000Z' })], store).opened;
  store.incidents.append(old!, 'over', { type: 'closed', state: 'escalated', summary: 'a person has it', learned: [] });
  const longAfter = new Date(systemClock.now() + 2 * 3_600_000).toISOString();
  const ended = alert('a', { startsAt: '2020-01-01T00:00:00.000Z', status: 'resolved' });
  expect(takeIn([alert('b', { startsAt: longAfter }), ended], store)).toMatchObject({ joined: [], resolved: [old] });
  expect(store.incidents.list()).toHaveLength(2);
});

test('a storm about one object is one incident, as fast as any other', () => {
  const store = openStore();
  const storm = Array.from({ length: 3000 }, (_, index) => alert(`f${index}`));
  const start = performance.now();
  expect(takeIn(storm, store)).toMatchObject({ opened: [expect.any(String)], known: 0 });
  const ended = storm.map((each): Alert => ({ ...each, status: 'resolved' }));
  expect(takeIn(ended, store).resolved).toHaveLength(3000);
  // Reading and writing the incident for each alert anew would take half a minute.
  expect(performance.now() - start).toBeLessThan(5000);
  const [incident] = store.incidents.list();
  expect(incident?.alerts.filter(({ status }) => status === 'resolved')).toHaveLength(3000);
  expect(incident?.seq).toBe(6000);
});
