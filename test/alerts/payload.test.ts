import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readWebhook } from '../../src/alerts/payload.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures/alertmanager');
const now = Date.parse('2026-11-21T12:00:00Z');
const startsAt = '2026-11-21T10:00:00Z';
const good = { status: 'firing', labels: { alertname: 'A' }, startsAt };
const alertsIn = (...alerts: unknown[]) => readWebhook({ alerts }, now).alerts;

test.each(readdirSync(fixtures))('what a real Alertmanager sent is understood: %s', file => {
  const body = JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as {
    alerts: { status: string; fingerprint: string }[];
    truncatedAlerts: number;
  };
  const { alerts, rejected, truncated } = readWebhook(body, now);
  expect(alerts.map(({ fingerprint, status }) => ({ fingerprint, status }))).toEqual(
    body.alerts.map(({ fingerprint, status }) => ({ fingerprint, status })),
  );
  for (const { status, endsAt } of alerts) expect(endsAt === undefined).toBe(status === 'firing');
  expect([rejected, truncated]).toEqual([[], body.truncatedAlerts]);
});

test.each([
  [null, /body/],
  ['alerts', /body/],
  [{}, /alerts/],
  [{ alerts: 'none' }, /alerts/],
])('what is no webhook body is refused with the path: %j', (body, path) => {
  expect(() => readWebhook(body, now)).toThrow(path);
});

test.each([
  [{ ...good, status: 'odd' }, /^alerts\.1\.status: /],
  [{ ...good, labels: { a: { deep: 1 } } }, /^alerts\.1\.labels\.a: /],
  [{ ...good, labels: [] }, /^alerts\.1\.labels: /],
  [{ ...good, labels: {} }, /^alerts\.1\.labels: expected at least one label/],
  [{ ...good, startsAt: 'yesterday' }, /^alerts\.1\.startsAt: /],
  [{ ...good, startsAt: 5 }, /^alerts\.1\.startsAt: /],
  [{ ...good, fingerprint: 'f'.repeat(300) }, /^alerts\.1\.fingerprint: /],
  ['no alert', /^alerts\.1: /],
  [null, /^alerts\.1: /],
])('one bad alert does not cost its neighbours, and is kept with the path: %j', (bad, problem) => {
  const { alerts, rejected } = readWebhook({ alerts: [good, bad, good] }, now);
  expect(alerts).toHaveLength(2);
  expect(rejected).toEqual([{ problem: expect.stringMatching(problem), body: JSON.stringify(bad) }]);
});

test('what imitators leave out or add costs nothing', () => {
  const alerts = alertsIn(
    { labels: { alertname: 'A' } },
    { ...good, annotations: null, endsAt: '0001-01-01T00:00:00Z', generatorURL: null, values: null, silenceURL: 'x' },
    { ...good, labels: { alertname: 'A', replicas: 3, paused: false } },
    { status: 'firing', fingerprint: 'f', labels: null, startsAt: '2026-11-21T11:00:00.123456789+01:00' },
  );
  expect(alerts.map(({ status, startsAt: start, labels }) => [status, start, labels])).toEqual([
    ['firing', '2026-11-21T12:00:00.000Z', { alertname: 'A' }],
    ['firing', '2026-11-21T10:00:00.000Z', { alertname: 'A' }],
    ['firing', '2026-11-21T10:00:00.000Z', { alertname: 'A', replicas: '3', paused: 'false' }],
    ['firing', '2026-11-21T10:00:00.123Z', {}],
  ]);
  for (const alert of alerts) expect(alert.endsAt).toBeUndefined();
});

test('without a status the end tells: what has ended is over', () => {
  const open = { labels: { alertname: 'A' }, startsAt };
  const statuses = alertsIn(
    open,
    { ...open, endsAt: '2026-11-21T11:00:00Z' },
    { ...open, endsAt: '2026-11-21T13:00:00Z' },
  );
  expect(statuses.map(({ status }) => status)).toEqual(['firing', 'resolved', 'firing']);
});

test('an alert without a fingerprint gets one from its labels', () => {
  const [first, second, other] = alertsIn(good, good, { ...good, labels: { alertname: 'B' } });
  expect(first?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(second?.fingerprint).toBe(first?.fingerprint);
  expect(other?.fingerprint).not.toBe(first?.fingerprint);
});

test('secrets end where alerts begin, also in what is rejected', () => {
  const annotations = { description: 'login with password=hunter2secret failed', api_key: 'abc' };
  const { alerts, rejected } = readWebhook(
    {
      alerts: [
        { ...good, annotations },
        { ...good, status: 'odd', annotations },
      ],
    },
    now,
  );
  expect(alerts[0]?.annotations['api_key']).toBe('[redacted secret]');
  expect(JSON.stringify([alerts, rejected])).not.toMatch(/hunter2secret/);
});

test('an alert of any size is cut to one that can be kept, and its neighbours come through', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`l${index}`, '\u0001'.repeat(500)]));
  const [huge, long, neighbour] = alertsIn(
    { ...good, labels: many, annotations: many, generatorURL: 'x'.repeat(1_000_000) },
    { ...good, labels: { alertname: 'Long' }, annotations: { description: 'd'.repeat(300_000) } },
    { ...good, labels: { alertname: 'Neighbour' } },
  );
  for (const alert of [huge, long]) expect(JSON.stringify(alert).length).toBeLessThan(256 * 1024);
  expect(long?.annotations['description']).toContain('(300000 characters)');
  expect(neighbour).toMatchObject({ labels: { alertname: 'Neighbour' }, annotations: {} });
});

test('only what an Alertmanager sends has the receiver that it was routed to', () => {
  const envelope = { alerts: [good], receiver: 'alertwright' };
  const receiverOf = (body: object) => readWebhook(body, now).alerts[0]?.receiver;
  expect(receiverOf({ ...envelope, version: '4' })).toBe('alertwright');
  expect(receiverOf({ ...envelope, version: '1' })).toBeUndefined();
  expect(receiverOf(envelope)).toBeUndefined();
  expect(receiverOf({ ...envelope, version: '4', receiver: { name: 'x' } })).toBeUndefined();
});
