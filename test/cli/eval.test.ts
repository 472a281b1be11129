import { expect, test } from 'vitest';
import type { EvalReport } from '../../eval/run.ts';
import { loadScenario, scenarioNames } from '../../src/simulation/scenario/load.ts';
import { cli } from './run_cli.ts';

const name = scenarioNames().find(each => loadScenario(each).oracle.outcome === 'resolved')!;

test('eval runs what it is told, says on standard error how far it is, and prints JSON', async () => {
  const models = ['scripted', 'null', 'http://127.0.0.1:1/v1#nobody'];
  const { code, out, err } = await cli(['eval', '--json', '--scenario', name, '--model', ...models]);
  expect(code).toBe(0);
  const { trials } = JSON.parse(out) as EvalReport;
  // A model that can't be reached fails its trials, and not the command.
  expect(trials.map(({ model, passed }) => [model, passed])).toEqual([
    ['scripted-diagnostician', true],
    ['null', false],
    ['nobody', false],
  ]);
  expect(err).toMatch(/^\[1\/3\] .*: passed .*\n\[2\/3\] .*: did not pass .*\n\[3\/3\] .*: did not pass .*\n$/);
});
