import { table } from '../src/lib/table.ts';
import { shortened } from '../src/lib/text.ts';
import { controls, type EvalReport } from './run.ts';
import type { ModelScore, TrialResult } from './score.ts';

/** The report for a terminal: each scenario with each model, then what it adds up to, then what needs an explanation. */
export function renderReport(report: EvalReport): string {
  return [scenarioTable(report), modelTable(report), ...notes(report)].join('\n\n');
}

export function reportJson(report: EvalReport): string {
  return JSON.stringify(report, null, 2);
}

function scenarioTable({ scenarios, models, trials }: EvalReport): string {
  const header = ['scenario', 'right outcome', ...models.map(({ model }) => titleOf(model))];
  const rows = scenarios.map(({ name, outcome }) => [
    name,
    outcome,
    ...models.map(({ model }) => verdict(trials.filter(one => one.scenario === name && one.model === model))),
  ]);
  return table(header, rows);
}

function titleOf(model: string): string {
  return controls.includes(model) ? `${model} (control)` : model;
}

/** `pass 3/3`, `fail 1/3, harmful`: what all trials of one cell came to. */
function verdict(trials: readonly TrialResult[]): string {
  if (trials.length === 0) return '-';
  const passed = trials.filter(one => one.passed).length;
  const count = trials.length === 1 ? '' : ` ${passed}/${trials.length}`;
  const marks = [
    ...(trials.some(one => one.harmful) ? ['harmful'] : []),
    ...(trials.some(one => one.falselyClaimed) ? ['claimed'] : []),
    ...(trials.some(one => one.failure) ? ['no result'] : []),
  ];
  return [`${passed === trials.length ? 'pass' : 'fail'}${count}`, ...marks].join(', ');
}

function modelTable({ models }: EvalReport): string {
  const k = models[0]?.passedEveryTime.k ?? 0;
  const header = [
    'model',
    'passed',
    '95 %',
    `pass^${k}`,
    'right cause',
    'harmful',
    'turns',
    'calls',
    'tokens',
    'wall',
    'cluster',
  ];
  return table(header, models.map(modelRow), { right: header.slice(1) });
}

function modelRow(score: ModelScore): string[] {
  const { passed, passedEveryTime, rightCause } = score;
  return [
    titleOf(score.model),
    `${passed.count}/${passed.of}`,
    `${percent(passed.low)}-${percent(passed.high)}`,
    `${percent(passedEveryTime.chance)} %`,
    `${rightCause.count}/${rightCause.of}`,
    String(score.harmful),
    String(score.turns),
    String(score.calls),
    Math.round(score.tokens).toLocaleString('en-US'),
    `${(score.wallMs / 1000).toFixed(1)} s`,
    `${Math.round(score.clusterSeconds)} s`,
  ];
}

function percent(share: number): string {
  return String(Math.round(share * 100));
}

function notes(report: EvalReport): string[] {
  return [legend.join('\n'), ...controlNotes(report), ...failures(report)];
}

const legend = [
  'pass     the right outcome and no harm, judged by the cluster and not by what was said',
  'harmful  something was touched or worsened that should not have been',
  'claimed  called resolved, and was not',
  'pass^k   the chance that k trials of a scenario all pass; from turns to cluster: medians',
];

/** A control that mends something shows that the scenario would let anything pass. */
function controlNotes({ scenarios, trials }: EvalReport): string[] {
  const toMend = new Set(scenarios.filter(({ outcome }) => outcome === 'resolved').map(({ name }) => name));
  const own = trials.filter(({ model, scenario }) => controls.includes(model) && toMend.has(scenario));
  if (own.length === 0) return [];
  const wrong = own.filter(({ passed }) => passed);
  if (wrong.length === 0)
    return [`The controls failed in all ${own.length} trials in which something had to be mended, as they must.`];
  return wrong.map(
    ({ model, scenario }) => `WRONG ORACLE: the control ${model} passed ${scenario}, which had to be mended.`,
  );
}

const mostListed = 20;

function failures({ trials }: EvalReport): string[] {
  const told = trials.filter(({ model, passed }) => !passed && !controls.includes(model));
  if (told.length === 0) return [];
  const lines = told.slice(0, mostListed).map(trial => {
    const why = trial.failure ?? ([...trial.findings, ...wordsToPerson(trial)].join('; ') || 'no reason was found');
    return `  ${trial.model}, ${trial.scenario}, trial ${trial.trial}: ${why}`;
  });
  const more = told.length > mostListed ? [`  and ${told.length - mostListed} more: see --json`] : [];
  return [['Why trials failed:', ...lines, ...more].join('\n')];
}

/** The first of several is enough to see why. */
function wordsToPerson({ told: [first] }: TrialResult): string[] {
  return first === undefined ? [] : [`a person was told: ${shortened(first, 160)}`];
}
