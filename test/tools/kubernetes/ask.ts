import type { ClusterReader } from '../../../src/kubernetes/cluster.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { now } from './world.ts';

export const stillClock: Clock = { now: () => now, sleep: () => new Promise(() => {}), busy: work => work() };

/** Asks one tool as an investigation would: through the registry and MCP. */
export async function ask(cluster: ClusterReader, tool: string, args: Record<string, unknown>) {
  const registry = await connectTools({ clusterFor: () => cluster, clock: stillClock, log: silentLog });
  try {
    return await registry.call(tool, args);
  } finally {
    await registry.close();
  }
}
