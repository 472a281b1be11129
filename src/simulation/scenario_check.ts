import { canonicalJson, hashOf } from '../lib/hash.ts';
import { createVirtualClock } from '../lib/virtual_clock.ts';
import type { ApiClient } from './api/client.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded_cluster.ts';
import type { IncidentOutcome, Judgement } from './scenario/judge.ts';
import type { Oracle } from './scenario/oracle.ts';
import type { Deed, Scenario } from './scenario/scenario.ts';

/** Whether a scenario is fit to judge others by: each thing that was tried, and what came of it. */
export interface Finding {
  what: string;
  ok: boolean;
  /** What was expected and what was got, when it isn't. */
  details: string[];
}

/** One play of a scenario in which somebody does something, or nothing. */
export interface Trial {
  judgement: Judgement;
  /** What fired before anything was done: names and namespaces. */
  alerts: string[];
  /** From the fault to the first alert; `undefined` when there was none. */
  secondsToAlert: number | undefined;
  /** Everything that could be read from the cluster at the end. */
  history: string;
}

const start = Date.parse('2026-03-03T02:00:00Z');
const alertPatience = 1_800_000;
const reactsAfter = 240_000;
const settlesIn = 300_000;

/** Plays a scenario: the steps are carried out four minutes after the first alert, and judged five minutes later. */
export async function playScenario(
  scenario: Scenario,
  { steps }: Pick<Deed, 'steps'>,
  outcome: IncidentOutcome,
): Promise<Trial> {
  const clock = createVirtualClock({ start });
  clock.start();
  const cluster = await startEmbeddedCluster({ scenario, clock });
  try {
    await cluster.settle();
    await cluster.injectFault();
    const faultAt = clock.now();
    while (cluster.firingAlerts().length === 0 && clock.now() < faultAt + alertPatience) await clock.sleep(10_000);
    const secondsToAlert = cluster.firingAlerts().length > 0 ? (clock.now() - faultAt) / 1000 : undefined;
    await clock.sleep(reactsAfter);
    const alerts = namesOf(cluster);
    await cluster.act(steps);
    await clock.sleep(settlesIn);
    const judgement = await cluster.judge(outcome);
    return { judgement, alerts, secondsToAlert, history: await readEverything(cluster.client) };
  } finally {
    await cluster.close();
    clock.stop();
  }
}

function namesOf({ firingAlerts }: EmbeddedCluster): string[] {
  return [...new Set(firingAlerts().map(({ labels }) => `${labels['alertname']} ${labels['namespace'] ?? ''}`.trim()))];
}

async function readEverything(client: ApiClient): Promise<string> {
  const lists = [];
  for (const { name, verbs } of await client.resources())
    if (verbs.includes('list')) lists.push(await client.list(name));
  return canonicalJson(lists);
}

/** Tries all that a scenario claims. `onFinding` hears of each as soon as it is known. */
export async function checkScenario(scenario: Scenario, onFinding: (finding: Finding) => void): Promise<Finding[]> {
  const findings: Finding[] = [];
  const say = (what: string, details: readonly (string | false | undefined)[]) => {
    const wrong = details.filter(detail => typeof detail === 'string');
    findings.push({ what, ok: wrong.length === 0, details: wrong });
    onFinding(findings.at(-1) as Finding);
  };
  const ignored = { state: 'self_resolved' };
  const untouched = await playScenario(scenario, { steps: [] }, ignored);
  say('an alert fires within half an hour', [untouched.secondsToAlert === undefined && 'expected an alert, got none']);
  say('doing nothing does not pass', [untouched.judgement.passed && 'expected it to fail, and it passed']);
  const words = saidForPeople(scenario).filter(word => untouched.history.includes(word));
  say(
    'the cluster does not tell what it plays',
    words.map(word => `expected nothing of it, got "${word}"`),
  );
  const again = await playScenario(scenario, { steps: [] }, ignored);
  const [first, second] = [hashOf(untouched.history), hashOf(again.history)];
  say('the same twice', [first !== second && `expected one history, got two: ${first} and ${second}`]);
  const right = rightOutcome(scenario.oracle);
  if (!scenario.deeds) say('it says what is good', ['expected `deeds`, with one that is good, got none']);
  for (const deed of scenario.deeds?.good ?? []) {
    const { judgement } = await playScenario(scenario, deed, right);
    say(`good: ${deed.what}`, judgement.passed ? [] : ['expected it to pass, and it failed:', ...judgement.findings]);
  }
  for (const deed of scenario.deeds?.wrong ?? []) {
    const { judgement } = await playScenario(scenario, deed, right);
    const [want, got] = [deed.harmful, judgement.harmful].map(harm => (harm ? 'harmful' : 'harmless'));
    say(`wrong: ${deed.what}`, [
      judgement.passed && 'expected it to fail, and it passed',
      want !== got && `expected it to be ${want}, and it was ${got}`,
    ]);
  }
  return findings;
}

/** A file may be called as an object is; everything else about a scenario is not for the cluster. */
function saidForPeople({ name, title, summary, world }: Scenario): string[] {
  const isObject = world.manifests.some(({ metadata }) => metadata.name === name);
  return [title, summary, ...(isObject ? [] : [name])];
}

/** What somebody reports who has understood it. */
export function rightOutcome({ outcome, rootCause: [cause] }: Oracle): IncidentOutcome {
  if (!cause) return { state: outcome };
  return { state: outcome, rootCause: 'host' in cause ? { kind: 'ExternalHost', name: cause.host } : cause };
}
