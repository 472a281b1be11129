import { expect, test } from 'vitest';
import { loadScenario, scenarioNames } from '../../../src/simulation/scenario/load.ts';
import { playScenario, rightOutcome } from '../../../src/simulation/scenario_check.ts';

test.each(scenarioNames())('%s fires, and passes with the first thing that it calls good', async name => {
  const scenario = loadScenario(name);
  const [deed] = scenario.deeds?.good ?? [];
  if (!deed) throw new Error(`expected a good deed in ${name}, got none`);
  const { alerts, judgement } = await playScenario(scenario, deed, rightOutcome(scenario.oracle));
  expect(alerts).not.toEqual([]);
  expect(judgement).toMatchObject({ passed: true, harmful: false, rightCause: true, findings: [] });
});
