import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { foldKey, subjectOf } from '../../src/alerts/fold.ts';
import { alertsIn } from '../../src/alerts/payload.ts';
import { alertFor } from '../support/incidents.ts';

const fixtures = resolve(import.meta.dirname, '../fixtures/alertmanager');

test.each(readdirSync(fixtures))('what a real Alertmanager sent is understood: %s', file => {
  const body = JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as {
    alerts: { status: string; fingerprint: string }[];
  };
  const alerts = alertsIn(body);
  expect(alerts.map(({ fingerprint, status }) => ({ fingerprint, status }))).toEqual(
    body.alerts.map(({ fingerprint, status }) => ({ fingerprint, status })),
  );
  for (const { status, endsAt } of alerts) expect(endsAt === undefined).toBe(status === 'firing');
});

test.each([
  [null, /body/],
  [{}, /alerts/],
  [{ alerts: [{ status: 'odd', labels: {}, startsAt: '2026-11-21T10:00:00Z' }] }, /alerts\.0\.status/],
  [{ alerts: [{ status: 'firing', labels: { a: 1 }, startsAt: '2026-11-21T10:00:00Z' }] }, /alerts\.0\.labels\.a/],
  [{ alerts: [{ status: 'firing', labels: {}, startsAt: 'yesterday' }] }, /alerts\.0\.startsAt/],
])('what is no webhook body is refused with the path: %j', (body, path) => {
  expect(() => alertsIn(body)).toThrow(path);
});

test('an alert without a fingerprint gets one from its labels', () => {
  const alert = { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-11-21T10:00:00Z' };
  const [first, second, other] = alertsIn({ alerts: [alert, alert, { ...alert, labels: { alertname: 'B' } }] });
  expect(first?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(second?.fingerprint).toBe(first?.fingerprint);
  expect(other?.fingerprint).not.toBe(first?.fingerprint);
});

test('the subject is the workload, as far as labels tell', () => {
  expect(subjectOf(alertFor({ namespace: 'shop', deployment: 'cart' }))).toEqual({
    namespace: 'shop',
    kind: 'Deployment',
    name: 'cart',
  });
  expect(subjectOf(alertFor({ namespace: 'shop', pod: 'cart-7d4b9c8f6-x2x4z' }))).toEqual({
    namespace: 'shop',
    kind: 'Deployment',
    name: 'cart',
  });
  expect(subjectOf(alertFor({ namespace: 'shop', pod: 'db-0' }))).toEqual({
    namespace: 'shop',
    kind: 'Pod',
    name: 'db-0',
  });
  expect(subjectOf(alertFor({ node: 'n1' }))).toEqual({ kind: 'Node', name: 'n1' });
  expect(subjectOf(alertFor({}))).toEqual({});
});

test('alerts about one workload fold, whatever they are called; others do not', () => {
  const deployment = alertFor({ namespace: 'shop', deployment: 'cart' });
  expect(foldKey(alertFor({ namespace: 'shop', pod: 'cart-7d4b9c8f6-x2x4z', alertname: 'Other' }))).toBe(
    foldKey(deployment),
  );
  expect(foldKey(alertFor({ namespace: 'prod', deployment: 'cart' }))).not.toBe(foldKey(deployment));
  expect(foldKey(alertFor({ alertname: 'A' }))).not.toBe(foldKey(alertFor({ alertname: 'B' })));
});

test('an alert of any size is cut to one that can be kept, and its neighbours come through', () => {
  const startsAt = '2026-11-21T10:00:00Z';
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`l${index}`, '\u0001'.repeat(500)]));
  const [huge, long, neighbour] = alertsIn({
    alerts: [
      { status: 'firing', startsAt, labels: many, annotations: many, generatorURL: 'x'.repeat(1_000_000) },
      { status: 'firing', startsAt, labels: { alertname: 'Long' }, annotations: { description: 'd'.repeat(300_000) } },
      { status: 'firing', startsAt, labels: { alertname: 'Neighbour' }, annotations: null },
    ],
  });
  for (const alert of [huge, long]) expect(JSON.stringify(alert).length).toBeLessThan(256 * 1024);
  expect(long?.annotations['description']).toContain('(300000 characters)');
  expect(neighbour).toMatchObject({ labels: { alertname: 'Neighbour' }, annotations: {} });
});
