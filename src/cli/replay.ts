import { nameOf } from '../actions/target.ts';
import type { Incident } from '../incidents/incident.ts';
import { type Lab, startLab, untilClosed } from '../lab.ts';
import { AlertwrightError, type ExitCode, exitCodes } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { table } from '../lib/table.ts';
import { scriptedDiagnostician } from '../model/open_model.ts';
import { loadScenario } from '../simulation/scenario/load.ts';
import type { Context } from './program.ts';
import { type RecordedBody, readRecording } from './recording.ts';
import { createLiveStoryteller } from './story/storyteller.ts';
import { clip, duration } from './story/text.ts';

export interface ReplayOptions {
  scenario?: string;
  json?: true;
}

const longestGapMs = 3_600_000;
const longestMs = 4 * 3_600_000;
const lookEveryMs = 5_000;

export async function replay(
  files: readonly string[],
  options: ReplayOptions,
  { terminal, verbose }: Context,
): Promise<ExitCode> {
  const bodies = files.flatMap(readRecording);
  const scenario = loadScenario(options.scenario);
  const log = createLog({ level: verbose ? 'debug' : 'silent' });
  const lab = await startLab({ scenario, model: scriptedDiagnostician, log });
  try {
    const { incidents } = lab.app.store;
    const tell = createLiveStoryteller(terminal);
    incidents.subscribe(event => {
      for (const line of options.json ? [JSON.stringify(event)] : tell(event)) terminal.out(line);
    });
    if (options.scenario) await breakIt(lab);
    await deliver(bodies, lab);
    await lab.app.settled();
    const problem = incidents.list().length > 0 ? await untilClosed(lab, { clusterMs: longestMs }) : undefined;
    if (problem)
      throw new AlertwrightError('replay_stalled', `expected the incidents to end, and they were ${problem}`, {
        remedy: 'Run it again with --verbose, and see what they waited for.',
      });
    if (!options.json) terminal.out(`\n${summary(incidents.list())}`);
    return exitCodes.ok;
  } finally {
    await lab.close();
  }
}

/** Lets the fault happen, and waits until the cluster itself would alert: that is when a recording begins. */
async function breakIt({ cluster, clock }: Lab): Promise<void> {
  await cluster.injectFault();
  const deadline = clock.now() + longestGapMs;
  while (cluster.firingAlerts().length === 0 && clock.now() < deadline) await clock.sleep(lookEveryMs);
}

/** Posts the bodies with the pauses that lay between them. */
async function deliver(bodies: readonly RecordedBody[], { clock, webhookUrl }: Lab): Promise<void> {
  let last = bodies[0]?.at ?? 0;
  for (const { body, at } of bodies) {
    await clock.sleep(Math.min(longestGapMs, Math.max(0, at - last)));
    last = Math.max(last, at);
    await clock.busy(() => post(webhookUrl, body));
  }
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok)
    throw new AlertwrightError('replay', `the webhook answered ${response.status}: ${await response.text()}`);
}

function summary(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return 'No incident: none of these alerts was firing.';
  const header = ['incident', 'state', 'alerts', 'cause', 'plan', 'took'];
  return table(header, incidents.toReversed().map(rowOf), { right: ['alerts', 'took'] });
}

function rowOf({ id, state, alertCount, decision, plan, openedAt, closedAt = openedAt }: Incident): string[] {
  const object = decision?.rootCause.object;
  const cause = object && nameOf(object);
  const took = duration(Date.parse(closedAt) - Date.parse(openedAt));
  return [id, state, String(alertCount), clip(cause ?? '-', 40), plan?.action ?? '-', took];
}
