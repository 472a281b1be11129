import type { App, AppSettings } from './app.ts';
import { openApp, reachCluster } from './composition.ts';
import { type Incident, isFinal } from './incidents/incident.ts';
import { assemble } from './lib/assembly.ts';
import type { Log } from './lib/log.ts';
import { createVirtualClock, type VirtualClock } from './lib/virtual_clock.ts';
import { type ModelChoice, openModel } from './model/open_model.ts';
import { labSettings } from './settings.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './simulation/embedded_cluster.ts';
import type { IncidentOutcome } from './simulation/scenario/judge.ts';
import type { Scenario } from './simulation/scenario/scenario.ts';

/** The whole application around an embedded cluster, on one virtual clock: what demo, replay and eval run in. */
export interface Lab {
  clock: VirtualClock;
  cluster: EmbeddedCluster;
  app: App;
  /** Where alerts are taken in. */
  webhookUrl: string;
  close(): Promise<void>;
}

export interface LabOptions {
  scenario: Scenario;
  model: ModelChoice;
  log: Log;
  /** The defaults of a lab when absent. */
  settings?: AppSettings;
}

/** Any fixed instant does, so that the same run tells the same times. */
const beginning = Date.parse('2026-11-21T03:00:00Z');

/** Starts a lab with its world up and well. Its clock runs as fast as it goes, until somebody sets a speed. */
export function startLab({ scenario, model: choice, log, settings = labSettings }: LabOptions): Promise<Lab> {
  return assemble(async keep => {
    const clock = createVirtualClock({ start: beginning });
    keep(clock.stop);
    const embedded = await startEmbeddedCluster({ scenario, clock, log });
    keep(embedded.close);
    clock.start();
    await embedded.settle();
    const cluster = await reachCluster({ server: embedded.url }, keep);
    const { model, close } = await openModel(choice);
    keep(close);
    const doors = { listen: { host: '127.0.0.1', port: 0 }, checks: {} };
    const { app, webhookUrl } = await openApp({ cluster, model, clock, log }, settings, doors, keep);
    return { clock, cluster: embedded, app, webhookUrl };
  });
}

/** A fault may show itself in more than one incident: none must have been open for so long. */
const quietMs = 180_000;
/** Whoever brings about ever new incidents isn't waited for any longer. */
const longestSequelMs = 900_000;
const lookEveryMs = 5_000;

/** Lets the cluster's time run until every incident is closed; says so when that takes too long. */
export async function untilClosed(
  { clock, app }: Pick<Lab, 'clock' | 'app'>,
  { clusterMs }: { clusterMs: number },
): Promise<string | undefined> {
  const deadline = clock.now() + clusterMs;
  let firstClosedAt: number | undefined;
  let openAt = clock.now();
  while (clock.now() < deadline) {
    await clock.sleep(lookEveryMs);
    const incidents = app.store.incidents.list();
    if (incidents.length === 0 || incidents.some(({ state }) => !isFinal(state))) {
      openAt = clock.now();
      continue;
    }
    firstClosedAt ??= clock.now();
    if (clock.now() - openAt >= quietMs || clock.now() - firstClosedAt >= longestSequelMs) return undefined;
  }
  return `not closed within ${clusterMs / 60_000} minutes of cluster time`;
}

/** A cause that rests on nothing is a guess, and doesn't count. */
export function outcomeOf({ state, decision }: Incident): IncidentOutcome {
  if (!decision || decision.evidence.length === 0) return { state };
  const { kind, namespace, name } = decision.rootCause.object;
  return { state, rootCause: { kind, name, ...(namespace === undefined ? {} : { namespace }) } };
}
