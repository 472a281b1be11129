import { systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createVirtualClock } from '../lib/virtual_clock.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded_cluster.ts';
import type { Scenario } from './scenario/scenario.ts';

export interface LiveClusterOptions {
  scenario: Scenario;
  /** Cluster seconds in a second. */
  speed: number;
  port?: number;
  log?: Log;
}

const comesUpWithinMs = 3_600_000;

/**
 * An embedded cluster for people and their tools, whose clocks are the wall's: its world has its past in no time, is
 * well, has caught up with the wall, and goes on at the speed that was asked for.
 */
export async function startLiveCluster(options: LiveClusterOptions): Promise<EmbeddedCluster> {
  const { scenario, speed, ...rest } = options;
  const clock = createVirtualClock({ start: systemClock.now() - comesUpWithinMs - pastOf(scenario) });
  clock.start();
  let cluster: EmbeddedCluster | undefined;
  const close = async () => {
    await cluster?.close();
    clock.stop();
  };
  try {
    cluster = await startEmbeddedCluster({ scenario, clock, ...rest });
    await cluster.settle();
    await clock.sleep(Math.max(0, systemClock.now() - clock.now()));
    clock.setSpeed(speed);
    return { ...cluster, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How long the history of a world takes at least. */
function pastOf({ world, history }: Scenario): number {
  return [...world.history, ...history].reduce((sum, step) => sum + ('pause' in step ? step.pause : 0), 0);
}
