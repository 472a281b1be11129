import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { alertKey } from '../../src/alerts/alert.ts';
import { readWebhook } from '../../src/alerts/payload.ts';
import { listScenarios, loadScenario } from '../../src/simulation/scenario/load.ts';
import { recordings } from './recorded.ts';

test('there are recordings, each named after its scenario', () => {
  const names = recordings.map(file => basename(file, '.json'));
  expect(names.length).toBeGreaterThanOrEqual(3);
  expect(listScenarios().map(({ name }) => name)).toEqual(expect.arrayContaining(names));
});

test.each(recordings)('%s holds bodies that the webhook takes, and what was mended in it was resolved', file => {
  const bodies: unknown[] = JSON.parse(readFileSync(file, 'utf8'));
  const alerts = bodies.flatMap(body => readWebhook(body, 0).alerts);
  const fired = new Set(alerts.filter(({ status }) => status === 'firing').map(alertKey));
  const ended = alerts.filter(({ status }) => status === 'resolved').map(alertKey);
  const { outcome } = loadScenario(basename(file, '.json')).oracle;
  expect(fired.size).toBeGreaterThan(0);
  expect(ended.length > 0).toBe(outcome === 'resolved');
  for (const key of ended) expect(fired).toContain(key);
});
