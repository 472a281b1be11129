import { expect, test } from 'vitest';
import { renderReport } from '../../eval/report.ts';
import { runEval } from '../../eval/run.ts';
import type { TrialResult } from '../../eval/score.ts';
import type { ModelChoice } from '../../src/model/open_model.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';

const scripted = (policy: string): ModelChoice => ({ kind: 'scripted', policy });

test('the diagnostician mends what can be mended, and the controls fail where they must', async () => {
  const scenarios = ['bad-image-tag', 'no-room-to-scale'].map(loadScenario);
  const models = ['scripted-diagnostician', 'null', 'always-restart'].map(scripted);
  const told: string[] = [];
  const report = await runEval({
    scenarios,
    models,
    trials: 1,
    onTrial: (result, { done, of }) => told.push(`${done}/${of} ${result.model} ${result.scenario}`),
  });
  expect(report.trials.map(({ model, scenario, passed }) => [model, scenario, passed])).toEqual([
    ['scripted-diagnostician', 'bad-image-tag', true],
    ['scripted-diagnostician', 'no-room-to-scale', true],
    ['null', 'bad-image-tag', false],
    ['null', 'no-room-to-scale', true],
    ['always-restart', 'bad-image-tag', false],
    ['always-restart', 'no-room-to-scale', false],
  ]);
  expect(report.trials[0]).toMatchObject({ states: ['resolved'], rightCause: true, recovered: true, harmful: false });
  expect(report.trials[5]).toMatchObject({ harmful: true });
  expect(told).toHaveLength(6);
  expect(told[0]).toBe('1/6 scripted-diagnostician bad-image-tag');
  expect(renderReport(report)).toContain('The controls failed in all 2 trials');
}, 60_000);

test('the same trial comes out the same, but for the time it took', async () => {
  const twice = await runEval({
    scenarios: [loadScenario('rejected-setting')],
    models: [scripted('scripted-diagnostician')],
    trials: 2,
  });
  const [first, second] = twice.trials.map(({ wallMs: _wallMs, trial: _trial, ...result }: TrialResult) => result);
  expect(second).toEqual(first);
  expect(twice.models[0]?.passedEveryTime).toEqual({ k: 2, chance: 1 });
}, 60_000);

test('a trial that can’t be run or does not end is a result, and the next one goes on', async () => {
  const good = loadScenario('bad-image-tag');
  const broken = { ...good, name: 'broken', world: { ...good.world, programs: good.world.programs.slice(1) } };
  const report = await runEval({
    scenarios: [broken, good],
    models: [scripted('null')],
    trials: 1,
    limits: { clusterMs: 60_000 },
  });
  expect(report.trials.map(({ failure }) => failure)).toEqual([
    expect.stringMatching(/^expected the world of broken to be well within 10 minutes/),
    'not closed within 1 minutes of cluster time',
  ]);
}, 60_000);

test('no further trial is begun once it is aborted', async () => {
  const aborting = new AbortController();
  const report = await runEval({
    scenarios: [loadScenario('bad-image-tag')],
    models: ['null', 'always-restart'].map(scripted),
    trials: 3,
    signal: aborting.signal,
    onTrial: () => aborting.abort(),
  });
  expect(report.trials).toHaveLength(1);
}, 60_000);

test('two models of one name are refused', async () => {
  await expect(runEval({ scenarios: [], models: [scripted('null'), scripted('null')], trials: 1 })).rejects.toThrow(
    'expected models with different names, got "null" twice',
  );
});
