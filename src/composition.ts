import { type App, type AppParts, type AppSettings, startApp } from './app.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { connectCluster } from './kubernetes/connect.ts';
import type { ClusterLocation } from './kubernetes/credentials.ts';
import type { Keep } from './lib/assembly.ts';
import type { Address } from './server/address.ts';
import { listen } from './server/listen.ts';
import { createServer, type ServerDeps } from './server/server.ts';
import { webhookPath } from './server/webhook.ts';

const requestTimeoutMs = 10_000;

/** An embedded cluster is reached like any other. */
export async function reachCluster(location: ClusterLocation, keep: Keep): Promise<Cluster> {
  const cluster = await connectCluster({ ...location, requestTimeoutMs });
  keep(cluster.close);
  return cluster;
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
