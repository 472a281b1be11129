import { onTestFinished } from 'vitest';
import type { ClusterReader } from '../../../src/kubernetes/cluster.ts';
import { connectCluster } from '../../../src/kubernetes/connect.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/simulation/embedded_cluster.ts';
import { loadScenario } from '../../../src/simulation/scenario/load.ts';
import type { Step } from '../../../src/simulation/scenario/scenario.ts';
import { connectTools } from '../../../src/tools/connect.ts';

export interface BrokenCluster {
  embedded: EmbeddedCluster;
  /** As the product sees it: over HTTP. */
  cluster: ClusterReader;
  clock: Clock;
  ask(tool: string, args: Record<string, unknown>): Promise<string>;
}

/** An embedded cluster some time after a scenario's fault came over it. */
export async function breakCluster(
  scenario: string,
  afterMs = 60_000,
  alsoThen: readonly Step[] = [],
): Promise<BrokenCluster> {
  const clock = createVirtualClock({ start: Date.parse('2026-03-03T02:00:00Z') });
  onTestFinished(clock.stop);
  const embedded = await startEmbeddedCluster({ scenario: loadScenario(scenario), clock });
  onTestFinished(embedded.close);
  clock.start();
  await embedded.settle();
  await embedded.injectFault();
  await embedded.act(alsoThen);
  await clock.sleep(afterMs);
  clock.setSpeed(1);
  const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs: 5_000 });
  onTestFinished(() => cluster.close());
  const registry = await connectTools({ clusterFor: () => cluster, clock, log: silentLog });
  onTestFinished(() => registry.close());
  const ask = async (tool: string, args: Record<string, unknown>) => (await registry.call(tool, args)).text;
  return { embedded, cluster, clock, ask };
}
