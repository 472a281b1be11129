import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readScenarioPage } from '../../../docs/scenario_page.ts';
import { AlertwrightError, exitCodes } from '../../../src/lib/errors.ts';
import { loadScenario } from '../../../src/simulation/scenario/load.ts';
import { playScenario } from '../../../src/simulation/scenario_check.ts';

const example = /```yaml\n(.*?)```/s.exec(readScenarioPage())![1]!;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scenario-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [
    'a manifest that the API refuses',
    ['replicas: 2', 'replicas: two'],
    /^expected the cluster to accept the manifest of Deployment shop\/guestbook, got: .*spec\.replicas/,
  ],
  [
    'a step that the API refuses',
    ['value: all', 'value: { all: true }'],
    /^expected the cluster to accept patch: Deployment shop\/guestbook, got: .*env/,
  ],
  [
    'a world that is not well',
    ['value: "50"', 'value: "5000"'],
    /^expected the world of one to be well within 10 minutes, got: Deployment shop\/guestbook has 0 of 2 replicas available$/,
  ],
])('%s is the author’s to mend, and said in a sentence', async (_what, [good, bad], message) => {
  const file = join(folder, 'one.yaml');
  writeFileSync(file, example.replace(good!, bad!));
  const played = playScenario(loadScenario(file), { steps: [] }, { state: 'escalated' });
  const error = await played.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AlertwrightError);
  expect(error).toMatchObject({ message: expect.stringMatching(message), exitCode: exitCodes.config });
});
