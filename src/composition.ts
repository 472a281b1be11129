import { type App, type AppParts, type AppSettings, startApp } from './app.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { connectCluster } from './kubernetes/connect.ts';
import type { Keep } from './lib/assembly.ts';
import type { Log } from './lib/log.ts';
import { createVirtualClock, type VirtualClock } from './lib/virtual_clock.ts';
import type { Address } from './server/address.ts';
import { listen } from './server/listen.ts';
import { createServer, type ServerDeps } from './server/server.ts';
import { webhookPath } from './server/webhook.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './simulation/embedded_cluster.ts';
import type { Scenario } from './simulation/scenario/scenario.ts';

/** An embedded cluster with its time, and the way in to it that any other cluster has too. */
export interface World {
  clock: VirtualClock;
  embedded: EmbeddedCluster;
  cluster: Cluster;
}

export const requestTimeoutMs = 10_000;

/** Starts a cluster at `start` and lets it come up. Its clock then runs as fast as it goes. */
export async function openWorld(scenario: Scenario, start: number, log: Log, keep: Keep): Promise<World> {
  const clock = createVirtualClock({ start });
  keep(clock.stop);
  const embedded = await startEmbeddedCluster({ scenario, clock, log });
  keep(embedded.close);
  clock.start();
  await embedded.settle();
  const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs });
  keep(cluster.close);
  return { clock, embedded, cluster };
}

export interface Doors extends Pick<ServerDeps, 'checks' | 'token'> {
  listen: Address;
}

/** Starts the application and opens its doors. */
export async function openApp(
  parts: AppParts,
  settings: AppSettings,
  { listen: address, checks, token }: Doors,
  keep: Keep,
): Promise<{ app: App; url: string; webhookUrl: string }> {
  const app = await startApp(parts, settings);
  keep(app.stop);
  const server = createServer({ ...app, log: parts.log, checks, token });
  keep(() => server.close());
  const url = await listen(server, address, { token: token !== undefined });
  return { app, url, webhookUrl: `${url}${webhookPath}` };
}
