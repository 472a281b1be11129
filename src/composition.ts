import { type App, type AppParts, type AppSettings, startApp } from './app.ts';
import { type ConnectedCluster, connectCluster } from './kubernetes/connect.ts';
import type { ClusterLocation } from './kubernetes/credentials.ts';
import type { Keep } from './lib/assembly.ts';
import type { Address } from './server/address.ts';
import { type Entrance, plainEntrance } from './server/entrance.ts';
import { listen } from './server/listen.ts';
import { createServer, type ServerDeps } from './server/server.ts';
import { webhookPath } from './server/webhook.ts';

const requestTimeoutMs = 10_000;

/** An embedded cluster is reached like any other. */
export async function reachCluster(location: ClusterLocation, keep: Keep): Promise<ConnectedCluster> {
  const cluster = await connectCluster({ ...location, requestTimeoutMs });
  keep(cluster.close);
  return cluster;
}

export interface Doors extends Pick<ServerDeps, 'checks'> {
  listen: Address;
  /** Everybody on loopback when it is left out. */
  entrance?: Entrance;
}

/** Starts the application and opens its doors. */
export async function openApp(
  parts: AppParts,
  settings: AppSettings,
  { listen: address, checks, entrance = plainEntrance }: Doors,
  keep: Keep,
): Promise<{ app: App; url: string; webhookUrl: string }> {
  const app = await startApp(parts, settings);
  keep(app.stop);
  const server = createServer({ ...app, log: parts.log, checks, entrance });
  keep(() => server.close());
  const url = await listen(server, address, entrance.access);
  return { app, url, webhookUrl: `${url}${webhookPath}` };
}
