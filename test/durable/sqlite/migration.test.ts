import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../../src/durable/sqlite/open_store.ts';
import { type Incident, transition } from '../../../src/incidents/incident.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { alertFor } from '../../support/incidents.ts';

const [first, second, third] = ['f1', 'f2', 'f3'].map(fingerprint =>
  alertFor({ namespace: 'shop', pod: fingerprint }, { fingerprint }),
);
const subject = { namespace: 'shop', kind: 'Deployment', name: 'cart' };
const at = '2026-11-20T10:00:00.000Z';
const over = { ...second!, status: 'resolved' as const, endsAt: '2026-11-20T11:00:00.000Z' };

/** What the first version wrote for an incident of three alerts, one of which is over. */
const events = [
  { type: 'opened', title: 't', subject, foldKey: 'k', alerts: [first] },
  { type: 'alert_joined', alert: second, because: 'it is about the same object' },
  { type: 'alert_joined', alert: third, because: 'it is about the same object' },
  { type: 'alert_resolved', fingerprint: 'f2', startsAt: second!.startsAt, resolvedAt: over.endsAt },
];

const body = {
  id: 'inc-1',
  state: 'open',
  title: 't',
  subject,
  foldKey: 'k',
  openedAt: at,
  alerts: [first, over, third],
  evidence: [],
  usage: { turns: 0, calls: 0, promptTokens: 0, completionTokens: 0 },
  changed: false,
  learned: [],
  seq: 4,
};

function firstVersion(path: string): void {
  const old = new DatabaseSync(path);
  old.exec(readFileSync(join(import.meta.dirname, 'schema_1.sql'), 'utf8'));
  for (const alert of [first!, over, third!])
    old
      .prepare("INSERT INTO alerts VALUES (?, ?, 'inc-1', ?)")
      .run(alert.fingerprint, alert.startsAt, JSON.stringify(alert));
  old.prepare("INSERT INTO incidents (id, fold_key, open, body) VALUES ('inc-1', 'k', 1, ?)").run(JSON.stringify(body));
  for (const [index, event] of events.entries())
    old
      .prepare("INSERT INTO incident_events VALUES ('inc-1', ?, ?, ?)")
      .run(index + 1, `${index}`, JSON.stringify({ seq: index + 1, at, incident: 'inc-1', ...event }));
  old.close();
}

test('a database of the first version opens with its alerts, and its incidents count what they listed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alertwright-migration-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'alertwright.db');
  firstVersion(path);
  const store = openSqliteStore({ path, clock: systemClock, log: silentLog, workflows: {} });
  onTestFinished(() => store.close());

  const incident = store.incidents.get('inc-1');
  expect(incident).toMatchObject({ alertCount: 3, firing: 2, namespaces: ['shop'], alerts: [first, over, third] });
  expect(store.incidents.page({ limit: 9, open: true, namespace: 'shop', state: 'open' }).items).toEqual([incident]);
  expect(store.alerts.page({ limit: 9, status: 'firing', incident: 'inc-1' }).items).toHaveLength(2);
  expect(store.alerts.last('f2')?.alert).toEqual(over);
  const replayed = store.incidents.events('inc-1').reduce<Incident | undefined>(transition, undefined);
  expect(replayed).toEqual(incident);
});
