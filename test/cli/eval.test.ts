import { expect, test } from 'vitest';
import type { EvalReport } from '../../eval/run.ts';
import { listScenarios, loadScenario } from '../../src/simulation/scenario/load.ts';
import { cli } from './run_cli.ts';

const { name } = listScenarios().find(each => loadScenario(each.name).oracle.outcome === 'resolved')!;

test('eval runs what it is told, says on standard error how far it is, and prints JSON', async () => {
  const { code, out, err } = await cli(['eval', '--json', '--scenario', name, '--model', 'scripted', 'null']);
  expect(code).toBe(0);
  const { trials } = JSON.parse(out) as EvalReport;
  expect(trials.map(({ model, passed }) => [model, passed])).toEqual([
    ['scripted-diagnostician', true],
    ['null', false],
  ]);
  expect(err).toMatch(/^\[1\/2\] .*: passed .*\n\[2\/2\] .*: did not pass .*\n$/);
});

test('a model that can not be reached fails its trials, and not the command', async () => {
  const { code, out } = await cli(['eval', '--scenario', name, '--model', 'http://127.0.0.1:1/v1#nobody']);
  expect(code).toBe(0);
  expect(out).toMatch(/\nnobody +0\/1 /);
});
