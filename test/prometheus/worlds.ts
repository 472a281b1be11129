import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import type { ApiClient, MetricsSource } from '../../src/simulation/api/client.ts';
import { createApiServer } from '../../src/simulation/api/server.ts';
import { createWorld, type World } from '../../src/simulation/programs/world.ts';
import { startAlerting } from '../../src/simulation/signals/alerting.ts';
import type { FiringAlert } from '../../src/simulation/signals/evaluation.ts';
import { createMeters } from '../../src/simulation/signals/meters.ts';
import { createMetrics } from '../../src/simulation/signals/metrics.ts';
import { type Bakery, openBakery } from '../simulation/traffic/bakery.ts';

/** A cluster whose metrics and alerts can be compared. Its clock runs. */
export interface WatchedCluster {
  clock: ReturnType<typeof createVirtualClock>;
  client: ApiClient;
  metrics: MetricsSource;
  firing(): readonly FiringAlert[];
  stop(): void;
}

/** An API that nobody reconciles: objects are in the state that they are written in. */
export async function toldCluster(): Promise<WatchedCluster & { world: World }> {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T10:00:00Z') });
  const client = createApiServer({ clock }).client();
  clock.start();
  const world = createWorld({ programs: [] });
  const traffic = { served: () => [], sent: () => [], entered: () => [] };
  return { ...(await watch({ clock, client, world, traffic })), world };
}

/** A bakery with everything that runs in it. */
export async function watchedBakery(
  options: Parameters<typeof openBakery>[0],
): Promise<WatchedCluster & { bakery: Bakery }> {
  const bakery = await openBakery(options);
  bakery.clock.start();
  const { clock, client, world, traffic } = bakery;
  const watched = await watch({ clock, client, world, traffic });
  return {
    ...watched,
    bakery,
    stop() {
      watched.stop();
      bakery.stop();
    },
  };
}

async function watch(
  deps: Pick<WatchedCluster, 'clock' | 'client'> & Omit<Parameters<typeof createMeters>[0], 'now' | 'client'>,
): Promise<WatchedCluster> {
  const { clock, client, world, traffic } = deps;
  // Looks fall between the moments at which clusters do things.
  await clock.sleep(137);
  const meters = createMeters({ client, world, traffic, now: clock.now });
  const alerting = startAlerting({ client, clock, meters });
  return {
    clock,
    client,
    metrics: createMetrics({ client, meters, now: clock.now }),
    firing: alerting.firing,
    stop() {
      alerting.stop();
      meters.stop();
      clock.stop();
    },
  };
}
