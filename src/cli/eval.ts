import { renderReport, reportJson } from '../../eval/report.ts';
import { runEval } from '../../eval/run.ts';
import type { TrialResult } from '../../eval/score.ts';
import { modelApiKey } from '../config.ts';
import { AlertwrightError, type ExitCode, exitCodes } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { didYouMean } from '../lib/nearest.ts';
import type { ModelChoice } from '../model/open_model.ts';
import { loadScenario, scenarioNames } from '../simulation/scenario/load.ts';
import { untilInterrupted } from './interrupt.ts';
import type { Context } from './program.ts';
import { duration } from './story/text.ts';
import type { Terminal } from './terminal.ts';

export interface EvalCommandOptions {
  scenario?: string[];
  model?: string[];
  trials: number;
  json?: true;
}

/** What can be named, and the scripted policy behind it. */
const policies: Record<string, string> = {
  scripted: 'scripted-diagnostician',
  null: 'null',
  'always-restart': 'always-restart',
};

const modelTimeoutMs = 120_000;

export async function evaluate(options: EvalCommandOptions, { terminal, verbose }: Context): Promise<ExitCode> {
  const names = options.scenario ?? scenarioNames();
  const scenarios = [...new Set(names)].map(loadScenario);
  const models = [...new Set(options.model ?? Object.keys(policies))].map(modelNamed);
  const interrupted = new AbortController();
  void untilInterrupted().then(() => interrupted.abort());
  const report = await runEval({
    scenarios,
    models,
    trials: options.trials,
    signal: interrupted.signal,
    log: createLog({ level: verbose ? 'debug' : 'silent' }),
    onTrial: (result, { done, of }) => terminal.err(progressLine(result, `[${done}/${of}]`, terminal)),
  });
  terminal.out(options.json ? reportJson(report) : `\n${renderReport(report)}`);
  return interrupted.signal.aborted ? exitCodes.failed : exitCodes.ok;
}

function modelNamed(text: string): ModelChoice {
  const policy = policies[text];
  if (policy) return { kind: 'scripted', policy };
  const hash = text.lastIndexOf('#');
  const url = text.slice(0, hash);
  const name = text.slice(hash + 1);
  if (hash > 0 && name !== '' && /^https?:/.test(url) && URL.canParse(url)) {
    const apiKey = modelApiKey();
    const endpoint = { name, baseUrl: url, timeoutMs: modelTimeoutMs, maxRetries: 2 };
    return { kind: 'openai', ...endpoint, ...(apiKey ? { apiKey } : {}) };
  }
  const known = Object.keys(policies);
  throw new AlertwrightError('usage', `expected a model, got "${text.slice(0, 100)}"${didYouMean(text, known)}`, {
    remedy: `Name one of ${known.join(', ')}, or an endpoint as URL#name.`,
    exitCode: exitCodes.usage,
  });
}

function progressLine(result: TrialResult, counter: string, { paintErr: paint }: Terminal): string {
  const { model, scenario, passed, wallMs, failure } = result;
  const verdict = passed
    ? paint('good', 'passed')
    : paint('warning', failure ? `no result: ${failure}` : 'did not pass');
  return `${paint('faint', counter)} ${model} in ${scenario}: ${verdict} ${paint('faint', duration(wallMs))}`;
}
