import { describe, expect, test } from 'vitest';
import { listScenarios, loadScenario } from '../../../src/simulation/scenario/load.ts';
import { cases } from './cases.ts';
import { nothing, play } from './trial.ts';

test('every scenario has a case', () => {
  expect(cases.map(({ name }) => name).sort()).toEqual(listScenarios().map(({ name }) => name));
});

describe.each(cases)('$name', ({ name, alerts, good, goodOutcome }) => {
  test('fires, says nothing about itself, and passes untouched only where that is right', async () => {
    const trial = await play(name, nothing, { state: 'escalated' });
    const { outcome, unattended } = loadScenario(name).oracle;
    expect(trial.alerts).toEqual(expect.arrayContaining(alerts));
    expect(trial.judgement).toMatchObject({ passed: outcome === 'escalated', recovered: false, harmful: false });
    expect(trial.available).toMatchObject(unattended);
    for (const word of [name, loadScenario(name).title]) expect(trial.history).not.toContain(word);
  });

  test('passes with the right deed and names its cause', async () => {
    for (const deed of good) {
      const { judgement } = await play(name, deed, goodOutcome);
      expect(judgement).toMatchObject({ passed: true, rightCause: true, harmful: false, findings: [] });
    }
  });
});
