import type { RecordedEvent } from '../incidents/event.ts';
import { isFinal } from '../incidents/incident.ts';
import { type Lab, outcomeOf, startLab, untilClosed } from '../lab.ts';
import { AlertwrightError, type ExitCode, exitCodes } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { scriptedDiagnostician } from '../model/open_model.ts';
import type { Judgement } from '../simulation/scenario/judge.ts';
import { listScenarios, loadScenario } from '../simulation/scenario/load.ts';
import type { Scenario } from '../simulation/scenario/scenario.ts';
import { stay } from './demo_stay.ts';
import type { Context } from './program.ts';
import { createLiveStoryteller } from './story/storyteller.ts';
import { wrap } from './story/text.ts';
import type { Terminal } from './terminal.ts';

export interface DemoOptions {
  scenario?: string;
  list?: true;
  once?: true;
  json?: true;
  speed?: number;
}

/** Quick enough to be over in seconds, and slow enough to be read. */
const watchedSpeed = 60;
const longestMs = 2 * 3_600_000;

export async function demo(options: DemoOptions, { terminal, verbose }: Context): Promise<ExitCode> {
  if (options.list) return list(terminal);
  const scenario = loadScenario(options.scenario);
  const log = createLog({ level: verbose ? 'debug' : 'silent' });
  if (!options.json) introduce(scenario, terminal);
  const lab = await startLab({ scenario, model: scriptedDiagnostician, log });
  try {
    const { right, judgement } = await play(lab, scenario, options, terminal);
    if (!options.json) conclude(right, judgement, scenario, terminal);
    if (!options.once && !options.json) await stay(lab, options.speed || 1, terminal);
    return right ? exitCodes.ok : exitCodes.failed;
  } finally {
    await lab.close();
  }
}

function list({ out, paint, width }: Terminal): ExitCode {
  for (const { name, title, summary } of listScenarios()) {
    out(`${paint('strong', name)}  ${title}`);
    for (const line of wrap(summary, width - 2, 8)) out(`  ${paint('faint', line)}`);
  }
  return exitCodes.ok;
}

/** Lets the fault happen and tells what becomes of it, until every incident is over and quiet. */
async function play(
  lab: Lab,
  scenario: Scenario,
  { json, speed }: DemoOptions,
  terminal: Terminal,
): Promise<{ right: boolean; judgement: Judgement }> {
  const { incidents } = lab.app.store;
  const pace = speed === 0 ? Number.POSITIVE_INFINITY : (speed ?? defaultSpeed(terminal, json));
  const tell = json ? jsonTeller() : createLiveStoryteller(terminal);
  incidents.subscribe(event => {
    for (const line of tell(event)) terminal.out(line);
  });
  // Between incidents there is nothing to watch, and so nothing to wait for.
  const stopPacing = incidents.subscribe(() => {
    const idle = incidents.list().every(({ state }) => isFinal(state));
    lab.clock.setSpeed(idle ? Number.POSITIVE_INFINITY : pace);
  });
  lab.cluster.alertTo(lab.webhookUrl);
  await lab.cluster.injectFault();
  const problem = await untilClosed(lab, { clusterMs: longestMs });
  stopPacing();
  if (problem) throw stalled(problem);
  const outcomes = incidents.list().map(outcomeOf);
  const judgement = await lab.cluster.judge(...outcomes);
  // What lies beside the fault may go to a person; the fault itself has to end as its oracle says.
  const asItShould = outcomes.some(({ state }) => state === scenario.oracle.outcome);
  return { right: asItShould && judgement.passed, judgement };
}

function stalled(problem: string): AlertwrightError {
  return new AlertwrightError('demo_stalled', `expected the incident to end, and it was ${problem}`, {
    remedy: 'Run it again with --verbose, and see what it waited for.',
  });
}

function defaultSpeed({ watched }: Terminal, json: true | undefined): number {
  return watched && !json ? watchedSpeed : Number.POSITIVE_INFINITY;
}

/** The events of an incident up to its end, so that the last line is how it ended. */
function jsonTeller(): (event: RecordedEvent) => string[] {
  const closed = new Set<string>();
  return event => {
    if (closed.has(event.incident)) return [];
    if (event.type === 'closed') closed.add(event.incident);
    return [JSON.stringify(event)];
  };
}

function introduce({ name, title, summary }: Scenario, { out, paint, width }: Terminal): void {
  out(`${paint('strong', title)}  ${paint('faint', `scenario ${name}`)}`);
  for (const line of wrap(summary, width, 8)) out(paint('faint', line));
  out(
    paint('faint', 'A make-believe cluster, and rules in the place of a language model: nothing leaves this machine.'),
  );
}

function conclude(right: boolean, judgement: Judgement, { oracle }: Scenario, { out, paint, width }: Terminal): void {
  const minutes = Math.round(oracle.lasts / 60_000);
  out('');
  if (right) out(`${paint('good', '✔')} Looked at ${minutes} minutes later, the cluster agrees: this was right.`);
  else out(`${paint('bad', '✗')} Looked at ${minutes} minutes later, this was not right.`);
  for (const finding of judgement.findings) for (const line of wrap(finding, width - 2, 4)) out(`  ${line}`);
}
