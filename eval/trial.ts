import type { AppSettings } from '../src/app.ts';
import type { Incident } from '../src/incidents/incident.ts';
import { type Lab, outcomeOf, startLab, untilClosed } from '../src/lab.ts';
import { stopwatch, systemClock } from '../src/lib/clock.ts';
import { messageOf } from '../src/lib/errors.ts';
import type { Log } from '../src/lib/log.ts';
import { type ModelChoice, nameOfModel } from '../src/model/open_model.ts';
import type { Scenario } from '../src/simulation/scenario/scenario.ts';
import type { TrialResult } from './score.ts';

export interface TrialRequest {
  scenario: Scenario;
  model: ModelChoice;
  trial: number;
}

export interface TrialDeps {
  settings: AppSettings;
  log: Log;
  limits: TrialLimits;
}

/** How long a trial may take before it is given up. */
export interface TrialLimits {
  clusterMs: number;
  wallMs: number;
}

/** One model in one scenario, in a lab of its own. Never throws: what goes wrong is part of the result. */
export async function runTrial(request: TrialRequest, deps: TrialDeps): Promise<TrialResult> {
  const wallMs = stopwatch();
  let lab: Lab | undefined;
  try {
    lab = await startLab({ scenario: request.scenario, model: request.model, log: deps.log, settings: deps.settings });
    const faultAt = lab.clock.now();
    lab.cluster.alertTo(lab.webhookUrl);
    await lab.cluster.injectFault();
    const problem = await withinWallTime(untilClosed(lab, deps.limits), deps.limits.wallMs);
    const incidents = lab.app.store.incidents.list();
    const cost = { ...costOf(incidents), wallMs: wallMs(), clusterSeconds: secondsUntilClosed(incidents, faultAt) };
    if (problem) return { ...noResult(request, problem), ...cost };
    const judgement = await lab.cluster.judge(...incidents.map(outcomeOf));
    const states = incidents.map(({ state }) => state).toReversed();
    const falselyClaimed = states.includes('resolved') && !judgement.recovered;
    const told = incidents.flatMap(({ state, summary }) => (state === 'escalated' && summary ? [summary] : []));
    return { ...noResult(request), ...judgement, ...cost, states, falselyClaimed, told };
  } catch (error) {
    return { ...noResult(request, messageOf(error)), wallMs: wallMs() };
  } finally {
    await lab?.close();
  }
}

/** The cluster's clock stands still while somebody is busy, so it can't tell that a model never answers. */
async function withinWallTime<T>(work: Promise<T>, limitMs: number): Promise<T | string> {
  const done = new AbortController();
  const limit = systemClock.sleep(limitMs, done.signal).then(
    () => `not closed within ${limitMs / 1000} seconds of wall time`,
    () => '',
  );
  return Promise.race([work, limit]).finally(() => done.abort());
}

function costOf(incidents: readonly Incident[]): Pick<TrialResult, 'incidents' | 'turns' | 'calls' | 'tokens'> {
  const sum = (of: (usage: Incident['usage']) => number) =>
    incidents.reduce((total, { usage }) => total + of(usage), 0);
  return {
    incidents: incidents.length,
    turns: sum(({ turns }) => turns),
    calls: sum(({ calls }) => calls),
    tokens: sum(({ promptTokens, completionTokens }) => promptTokens + completionTokens),
  };
}

function secondsUntilClosed(incidents: readonly Incident[], faultAt: number): number {
  const closed = incidents.map(({ closedAt }) => (closedAt === undefined ? faultAt : Date.parse(closedAt)));
  return Math.round((Math.max(faultAt, ...closed) - faultAt) / 1000);
}

function noResult({ scenario, model, trial }: TrialRequest, failure?: string): TrialResult {
  return {
    scenario: scenario.name,
    model: nameOfModel(model),
    trial,
    passed: false,
    recovered: false,
    harmful: false,
    rightCause: undefined,
    falselyClaimed: false,
    states: [],
    findings: [],
    told: [],
    incidents: 0,
    turns: 0,
    calls: 0,
    tokens: 0,
    wallMs: 0,
    clusterSeconds: 0,
    ...(failure === undefined ? {} : { failure }),
  };
}
