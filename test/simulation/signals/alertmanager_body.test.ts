import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alertmanagerBody } from '../../../src/simulation/signals/alertmanager_body.ts';
import type { FiringAlert } from '../../../src/simulation/signals/evaluation.ts';

const captured = join(import.meta.dirname, '../../fixtures/alertmanager/grouped-partial-resolved.json');

const base: FiringAlert = {
  fingerprint: '00ff',
  labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'cart-1', severity: 'warning' },
  annotations: { summary: 'crashes', description: 'cart-1 crashes' },
  startsAt: Date.parse('2026-01-05T03:00:00Z'),
};
const other = {
  ...base,
  labels: { ...base.labels, pod: 'cart-2' },
  annotations: { summary: 'crashes', description: 'cart-2' },
};

test('a body has the fields of one that was captured from Alertmanager, with the same types', () => {
  const real = JSON.parse(readFileSync(captured, 'utf8'));
  const ours = alertmanagerBody([base, other]);
  expect(typesOf(ours)).toEqual(typesOf(real));
  expect(typesOf(ours.alerts[0] ?? {})).toEqual(typesOf(real.alerts[0]));
});

test('labels and annotations that all alerts share are common ones', () => {
  expect(alertmanagerBody([base, other])).toMatchObject({
    commonLabels: { alertname: 'KubePodCrashLooping', namespace: 'shop', severity: 'warning' },
    commonAnnotations: { summary: 'crashes' },
    groupLabels: { alertname: 'KubePodCrashLooping', namespace: 'shop' },
  });
  expect(alertmanagerBody([base, other]).commonLabels).not.toHaveProperty('pod');
});

test('a body says resolved only when all its alerts are', () => {
  const ended = { ...base, endsAt: base.startsAt + 1000 };
  expect(alertmanagerBody([ended, other]).status).toBe('firing');
  expect(alertmanagerBody([ended])).toMatchObject({
    status: 'resolved',
    alerts: [{ status: 'resolved', endsAt: '2026-01-05T03:00:01.000Z' }],
  });
});

function typesOf(record: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record)
      .map(([key, value]) => [key, typeof value] as const)
      .filter(([key]) => key !== 'notification_reason')
      .sort(),
  );
}
