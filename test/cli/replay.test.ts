import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { readRecording } from '../../src/cli/recording.ts';
import type { RecordedEvent } from '../../src/incidents/event.ts';
import { startLab, untilClosed } from '../../src/lab.ts';
import { silentLog } from '../../src/lib/log.ts';
import { scriptedDiagnostician } from '../../src/model/open_model.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { cli, jsonLines } from './run_cli.ts';

const fixtures = join(import.meta.dirname, '../fixtures/alertmanager');
const folder = mkdtempSync(join(tmpdir(), 'alertwright-replay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = join(folder, 'recording.json');
  writeFileSync(file, text);
  return file;
}

const body = { alerts: [{ status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-11-21T10:00:00Z' }] };
const later = { alerts: [{ ...body.alerts[0], status: 'resolved', endsAt: '2026-11-21T10:05:00Z' }] };

test('a recording is one body, an array of them, or one a line', () => {
  const [first, second] = [Date.parse('2026-11-21T10:00:00Z'), Date.parse('2026-11-21T10:05:00Z')];
  expect(readRecording(fileWith(JSON.stringify(body, undefined, 2)))).toEqual([{ body, at: first }]);
  const both = [
    { body, at: first },
    { body: later, at: second },
  ];
  expect(readRecording(fileWith(JSON.stringify([body, later])))).toEqual(both);
  expect(readRecording(fileWith(`${JSON.stringify(body)}\n\n${JSON.stringify(later)}\n`))).toEqual(both);
});

test.each([
  ['', 'expected webhook bodies, got none'],
  ['[]', 'expected webhook bodies, got none'],
  ['no json', 'expected webhook bodies as JSON, got: '],
  [`${JSON.stringify(body)}\n{`, 'expected webhook bodies as JSON, got: line 2 is not JSON'],
  ['{"name": "something else"}', "expected a body of Alertmanager's webhook, version 4: alerts: "],
  [JSON.stringify([body, 3]), ', body 2: expected a body'],
])('%j is refused in one sentence that names the file', (text, says) => {
  const file = fileWith(text);
  expect(() => readRecording(file)).toThrow(says);
  expect(() => readRecording(file)).toThrow(file);
});

test('a file that is no recording, or not there, is a wrong command line', async () => {
  const { code, err } = await cli(['replay', '/nowhere/alerts.json']);
  expect(code).toBe(2);
  expect(err).toContain('error: expected a readable file at /nowhere/alerts.json');
});

test('recorded bodies go through the pipeline, and a table sums up', async () => {
  const { code, out, err } = await cli([
    'replay',
    join(fixtures, 'grouped-resolved.json'),
    join(fixtures, 'grouped-firing-2.json'),
  ]);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/\nincident +state +alerts +cause +plan +took\n/);
  expect(out.match(/\ninc-\w+ +escalated /g)).toHaveLength(2);
});

test('the recording of a demo, replayed into the same fault, ends the same way', async () => {
  const name = scenarioNames().find(each => loadScenario(each).oracle.outcome === 'resolved')!;
  const lab = await startLab({
    scenario: loadScenario(name),
    model: scriptedDiagnostician,
    log: silentLog,
  });
  onTestFinished(lab.close);
  lab.cluster.alertTo(lab.webhookUrl);
  await lab.cluster.injectFault();
  expect(await untilClosed(lab, { clusterMs: 7_200_000 })).toBeUndefined();
  const file = fileWith(
    lab.cluster
      .sentAlerts()
      .map(sent => JSON.stringify(sent))
      .join('\n'),
  );

  const { code, out } = await cli(['replay', file, '--scenario', name, '--json']);
  expect(code).toBe(0);
  const states = jsonLines<RecordedEvent>(out).flatMap(event => (event.type === 'closed' ? [event.state] : []));
  expect(states).toEqual(lab.app.store.incidents.list().map(({ state }) => state));
  expect(states).toContain('resolved');
});
