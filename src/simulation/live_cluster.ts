import { assemble } from '../lib/assembly.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createVirtualClock, type VirtualClock } from '../lib/virtual_clock.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './embedded_cluster.ts';
import type { Secured } from './kubeconfig.ts';
import type { Scenario } from './scenario/scenario.ts';

export interface LiveClusterOptions {
  scenario: Scenario;
  /** Cluster seconds in a second. */
  speed: number;
  /** 127.0.0.1 where none is given. */
  host?: string;
  port?: number;
  secured?: Secured;
  log?: Log;
  /** The one on the wall. */
  wall?: Pick<Clock, 'now'>;
}

export interface LiveCluster extends EmbeddedCluster {
  clock: Clock;
}

const comesUpWithinMs = 3_600_000;

/**
 * An embedded cluster for people and their tools, whose clocks are the wall's: its world has its past in no time, is
 * well, has caught up with the wall, and goes on at the speed that was asked for.
 */
export function startLiveCluster(options: LiveClusterOptions): Promise<LiveCluster> {
  const { scenario, speed, wall = systemClock, ...others } = options;
  return assemble(async keep => {
    const clock = createVirtualClock({ start: wall.now() - comesUpWithinMs - pastOf(scenario) });
    keep(clock.stop);
    clock.start();
    const cluster = await startEmbeddedCluster({ scenario, clock, ...others });
    keep(cluster.close);
    await cluster.settle();
    await clock.sleep(Math.max(0, wall.now() - clock.now()));
    keep(keepPace(clock, speed, wall));
    return { ...cluster, clock };
  });
}

/**
 * Lets the clock go at that speed. Every wake-up comes a little late, which adds up, and a machine may sleep for hours:
 * so it is put right once in a second. Returns the end of it.
 */
export function keepPace(clock: VirtualClock, speed: number, wall: Pick<Clock, 'now'>): () => void {
  const ended = new AbortController();
  const began = { here: clock.now(), onTheWall: wall.now() };
  clock.setSpeed(speed);

  async function catchUp(): Promise<void> {
    for (;;) {
      await clock.sleep(1000 * speed, ended.signal);
      const behind = began.here + (wall.now() - began.onTheWall) * speed - clock.now();
      if (behind <= 0) continue;
      clock.setSpeed(Number.POSITIVE_INFINITY);
      await clock.sleep(behind, ended.signal);
      clock.setSpeed(speed);
    }
  }

  catchUp().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return () => ended.abort();
}

/** How long the history of a world takes at least. */
function pastOf({ world, history }: Scenario): number {
  return [...world.history, ...history].reduce((sum, step) => sum + ('pause' in step ? step.pause : 0), 0);
}
