import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { startEmbeddedCluster } from '../../../src/simulation/embedded_cluster.ts';
import { loadScenario } from '../../../src/simulation/scenario/load.ts';
import { adaptationsOf, adapted } from './adapted.ts';
import { type Outcome, play } from './play.ts';

const start = Date.parse('2026-03-03T02:00:00Z');
/** Long enough for crash loops to show, and shorter than any deadline. */
const usually = 240_000;

/** In virtual time, and so the same each time. */
export async function playEmbedded(name: string): Promise<Outcome> {
  const scenario = adapted(loadScenario(name));
  const lookAfter = adaptationsOf(name).find(one => one.lookAfter !== undefined)?.lookAfter ?? usually;
  const clock = createVirtualClock({ start });
  clock.start();
  const cluster = await startEmbeddedCluster({ scenario, clock });
  let lookedFirst: number | undefined;
  try {
    return await play(scenario, {
      cluster,
      client: cluster.client,
      now: clock.now,
      wait: () => clock.sleep(10_000),
      patience: 120,
      isIt: () => {
        lookedFirst ??= clock.now();
        return clock.now() >= lookedFirst + lookAfter;
      },
    });
  } finally {
    await cluster.close();
    clock.stop();
  }
}
