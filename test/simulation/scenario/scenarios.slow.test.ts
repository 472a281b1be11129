import { expect, test } from 'vitest';
import { loadScenario, scenarioNames } from '../../../src/simulation/scenario/load.ts';
import { checkScenario } from '../../../src/simulation/scenario_check.ts';

test.each(scenarioNames())('%s is fit to judge others by', async name => {
  const findings = await checkScenario(loadScenario(name), () => undefined);
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
});
