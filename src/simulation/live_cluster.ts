import { assemble } from '../lib/assembly.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
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

export interface LiveCluster extends EmbeddedCluster {
  clock: Clock;
}

const comesUpWithinMs = 3_600_000;

/**
 * An embedded cluster for people and their tools, whose clocks are the wall's: its world has its past in no time, is
 * well, has caught up with the wall, and goes on at the speed that was asked for.
 */
export function startLiveCluster({ scenario, speed, ...options }: LiveClusterOptions): Promise<LiveCluster> {
  return assemble(async keep => {
    const clock = createVirtualClock({ start: systemClock.now() - comesUpWithinMs - pastOf(scenario) });
    keep(clock.stop);
    clock.start();
    const cluster = await startEmbeddedCluster({ scenario, clock, ...options });
    keep(cluster.close);
    await cluster.settle();
    await clock.sleep(Math.max(0, systemClock.now() - clock.now()));
    clock.setSpeed(speed);
    return { ...cluster, clock };
  });
}

/** How long the history of a world takes at least. */
function pastOf({ world, history }: Scenario): number {
  return [...world.history, ...history].reduce((sum, step) => sum + ('pause' in step ? step.pause : 0), 0);
}
