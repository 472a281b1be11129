import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { canonicalJson, hashOf } from '../../../src/lib/hash.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { startEmbeddedCluster } from '../../../src/simulation/embedded_cluster.ts';
import { loadScenario, scenarioNames } from '../../../src/simulation/scenario/load.ts';

const start = Date.parse('2026-03-03T02:00:00Z');

/**
 * Plays a scenario with its fault and what is good against it, and returns all that could be seen of it, a line each:
 * every change of every kind in the order in which a watcher was told, and the metrics at three moments.
 */
export async function historyOf(
  name: string,
  disturb: (clock: Clock) => () => void = () => () => {},
): Promise<string[]> {
  const scenario = loadScenario(name);
  const clock = createVirtualClock({ start });
  const cluster = await startEmbeddedCluster({ scenario, clock });
  const seen: string[] = [];
  const write = (what: string, whole: string) => seen.push(`${clock.now() - start} ${what} ${hashOf(whole)}`);
  const metrics = async () => write('metrics', (await cluster.metrics('/metrics')) ?? '');
  const watched = (await cluster.client.resources()).filter(({ verbs }) => verbs.includes('watch'));
  const stops = watched.map(one =>
    cluster.client.watch<KubeObject>(one.name, ({ type, object }) =>
      write(`${type} ${one.name} ${object.metadata.name}`, canonicalJson(object)),
    ),
  );
  const calm = disturb(clock);
  clock.start();
  try {
    await cluster.settle();
    await metrics();
    await cluster.injectFault();
    await clock.sleep(360_000);
    await metrics();
    await cluster.act(scenario.deeds?.good[0]?.steps ?? []);
    await clock.sleep(300_000);
    await metrics();
    write('alerts', canonicalJson(cluster.sentAlerts().concat(cluster.firingAlerts() as never)));
    return seen;
  } finally {
    calm();
    for (const stop of stops) stop();
    await cluster.close();
    clock.stop();
  }
}

/**
 * Every fourth scenario: each is played twice here, down to the metrics, and one of the two in a storm. The others are
 * played twice by `scenario check`.
 */
export const comparedScenarios: readonly string[] = scenarioNames().filter((_, index) => index % 4 === 0);
