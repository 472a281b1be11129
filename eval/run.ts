import type { AppSettings } from '../src/app.ts';
import { type Log, silentLog } from '../src/lib/log.ts';
import { type ModelChoice, nameOfModel } from '../src/model/open_model.ts';
import { labSettings } from '../src/settings.ts';
import type { Scenario } from '../src/simulation/scenario/scenario.ts';
import { type ModelScore, scoreModels, type TrialResult } from './score.ts';
import { runTrial, type TrialLimits } from './trial.ts';

export interface EvalOptions {
  scenarios: readonly Scenario[];
  models: readonly ModelChoice[];
  /** How often each model gets each scenario. */
  trials: number;
  /** Called after each trial, for whoever waits. */
  onTrial?: (result: TrialResult, progress: { done: number; of: number }) => void;
  /** No further trial is begun once it is aborted; what was done is reported. */
  signal?: AbortSignal;
  settings?: AppSettings;
  limits?: Partial<TrialLimits>;
  log?: Log;
}

export interface EvalReport {
  scenarios: { name: string; title: string; outcome: 'resolved' | 'escalated' }[];
  models: ModelScore[];
  trials: TrialResult[];
}

/** The policies that must not mend anything. When one does, it is the scenario that is wrong. */
export const controls: readonly string[] = ['null', 'always-restart'];

const limits: TrialLimits = { clusterMs: 2 * 3_600_000, wallMs: 600_000 };

/** Runs every trial, one after the other and each in a lab of its own, and adds up what came of them. */
export async function runEval(options: EvalOptions): Promise<EvalReport> {
  const { scenarios, models, trials, onTrial, signal } = options;
  const deps = {
    settings: options.settings ?? labSettings,
    log: options.log ?? silentLog,
    limits: { ...limits, ...options.limits },
  };
  const requests = models.flatMap(model =>
    scenarios.flatMap(scenario =>
      Array.from({ length: trials }, (_, index) => ({ scenario, model, trial: index + 1 })),
    ),
  );
  refuseTwins(models);
  const results: TrialResult[] = [];
  for (const request of requests) {
    if (signal?.aborted) break;
    const result = await runTrial(request, deps);
    results.push(result);
    onTrial?.(result, { done: results.length, of: requests.length });
  }
  return {
    scenarios: scenarios.map(({ name, title, oracle: { outcome } }) => ({ name, title, outcome })),
    models: scoreModels(results),
    trials: results,
  };
}

/** Two models of one name could not be told apart in the report. */
function refuseTwins(models: readonly ModelChoice[]): void {
  const names = models.map(nameOfModel);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new Error(`expected models with different names, got "${twin}" twice`);
}
