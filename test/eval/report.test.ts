import { expect, test } from 'vitest';
import { renderReport, reportJson } from '../../eval/report.ts';
import type { EvalReport } from '../../eval/run.ts';
import { scoreModels, type TrialResult } from '../../eval/score.ts';
import { resultWith } from './result_with.ts';

function reportOf(trials: TrialResult[]): EvalReport {
  const scenarios = [
    { name: 'a', title: 'A fault', outcome: 'resolved' as const },
    { name: 'b', title: 'Nothing to do', outcome: 'escalated' as const },
  ];
  return { scenarios, models: scoreModels(trials), trials };
}

const honest = [
  resultWith({ model: 'good', scenario: 'a', passed: true, rightCause: true }),
  resultWith({ model: 'good', scenario: 'b', harmful: true, findings: ['Deployment shop/cart was changed'] }),
  resultWith({ model: 'null', scenario: 'a' }),
  resultWith({ model: 'null', scenario: 'b', passed: true }),
];

test('shows each scenario with each model, marks the controls, and says that they failed where they must', () => {
  const text = renderReport(reportOf(honest));
  expect(text).toMatch(/^scenario +right outcome +good +null \(control\)$/m);
  expect(text).toMatch(/^a +resolved +pass +fail$/m);
  expect(text).toMatch(/^b +escalated +fail, harmful +pass$/m);
  expect(text).toContain('The controls failed in all 1 trials in which something had to be mended');
  expect(text).toContain('good, b, trial 1: Deployment shop/cart was changed');
});

test('a control that mends something is shouted about', () => {
  const text = renderReport(reportOf([...honest, resultWith({ model: 'always-restart', passed: true })]));
  expect(text).toContain('WRONG ORACLE: the control always-restart passed a, which had to be mended.');
});

test('columns line up, whatever stands in them', () => {
  const text = renderReport(
    reportOf([...honest, resultWith({ model: 'a-model-with-a-long-name', tokens: 1_234_567 })]),
  );
  for (const block of text.split('\n\n').slice(0, 2)) {
    const [header = '', rule = '', ...rows] = block.split('\n');
    const starts = [...rule.matchAll(/-+/g)].map(({ index }) => index);
    expect(starts.length).toBeGreaterThan(3);
    for (const line of [header, ...rows])
      for (const start of starts.slice(1)) expect(line.slice(start - 2, start).trim()).toBe('');
  }
});

test('several trials are counted, and those without a result are named with their reason', () => {
  const text = renderReport(
    reportOf([
      resultWith({ passed: true }),
      resultWith({ trial: 2, failure: 'not closed within 5 minutes of cluster time' }),
      resultWith({ trial: 3, falselyClaimed: true, findings: ['shop/cart is gone'], told: ['the model is away'] }),
    ]),
  );
  expect(text).toMatch(/^a +resolved +fail 1\/3, claimed, no result$/m);
  expect(text).toContain('x, a, trial 2: not closed within 5 minutes of cluster time');
  expect(text).toContain('x, a, trial 3: shop/cart is gone; a person was told: the model is away');
});

test('the JSON is the whole report', () => {
  const report = reportOf(honest);
  expect(JSON.parse(reportJson(report))).toEqual(JSON.parse(JSON.stringify(report)));
});
