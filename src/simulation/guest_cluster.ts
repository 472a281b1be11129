import type { KubeObject, Node } from '../kubernetes/objects.ts';
import { assemble } from '../lib/assembly.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { AlertwrightError, exitCodes } from '../lib/errors.ts';
import { selfSignedForLoopback } from '../lib/self_signed.ts';
import { createVirtualClock } from '../lib/virtual_clock.ts';
import type { ApiClient } from './api/client.ts';
import { createHttpClient } from './api/client_over_http.ts';
import type { ConnectionOptions } from './api/http_connection.ts';
import { listenForUsage } from './api/metrics/usage_server.ts';
import { createCaches } from './controllers/cache.ts';
import { ignoreGone } from './controllers/gone.ts';
import { provisionedBy } from './controllers/volumes/matching.ts';
import { embeddedProvisioner } from './controllers/volumes/pool.ts';
import { createProvisioner } from './controllers/volumes/provisioner.ts';
import { registerServices } from './guest_services.ts';
import { listenForLogs } from './kubelet/log_server.ts';
import { keepPace } from './live_cluster.ts';
import { nameOfObject, targetOf } from './scenario/object_name.ts';
import type { Scenario } from './scenario/scenario.ts';
import { type Staging, stageScenario } from './staging.ts';

/** A scenario on a control plane that isn't ours: its nodes, programs, traffic and alerts are. */
export interface GuestCluster extends Omit<Staging, 'logs' | 'usage' | 'stop'> {
  url: string;
  client: ApiClient;
  clock: Clock;
  /** Takes away what the scenario has brought, and ends. */
  close(): Promise<void>;
}

export interface GuestClusterOptions {
  scenario: Scenario;
  access: Omit<ConnectionOptions, 'manager'>;
  /** How fast nodes and programs live; the control plane keeps to the wall's clock. */
  speed: number;
  /** The past of a world, which elsewhere takes no time, is hurried through: no pause is longer, in milliseconds. */
  longestPause?: number;
}

const dayMs = 86_400_000;
/** On the wall: each look asks for every list that there is. */
const lookEvery = 500;

export function startGuestCluster(options: GuestClusterOptions): Promise<GuestCluster> {
  const { scenario, access, speed, longestPause = 3000 } = options;
  return assemble(async keep => {
    const clock = createVirtualClock({ start: systemClock.now() });
    keep(clock.stop);
    const as = (manager: string) => {
      const client = createHttpClient({ ...access, manager, clock: systemClock });
      keep(client.close);
      return client;
    };
    const client = as('kubectl');
    await requireNoNodes(client);
    keep(keepPace(clock, speed, systemClock));
    clock.start();
    const source: { logs: Staging['logs'] } = { logs: () => ({ error: 'the nodes are not up yet' }) };
    const now = systemClock.now();
    const identity = selfSignedForLoopback({ from: now - dayMs, until: now + 365 * dayMs });
    const server = await listenForLogs({ client, clock, logs: (...query) => source.logs(...query), identity });
    keep(server.close);
    const { logs, usage, stop, ...staging } = await stageScenario({
      client,
      kubeletClient: as('kubelet'),
      clock,
      scenario,
      nodeEndpoint: { address: '127.0.0.1', port: server.port },
      longestPause: longestPause * speed,
      lookEvery: lookEvery * speed,
    });
    keep(stop);
    source.logs = logs;
    const usageServer = await listenForUsage({ client, clock, usage, identity });
    keep(usageServer.close);
    keep(await registerServices(client, usageServer.port));
    keep(provideVolumes(as('csi-provisioner'), clock));
    keep(() => tidyUp(client, scenario));
    return { ...staging, url: access.url, client, clock };
  });
}

/** The driver of volumes belongs to the nodes: a control plane only asks for them. */
function provideVolumes(client: ApiClient, clock: Clock): () => void {
  const caches = createCaches(client);
  const provisioner = createProvisioner({ client, clock, caches });
  return () => {
    provisioner.stop();
    caches.stop();
  };
}

/** Where there are nodes, somebody's programs run, and ours would run among them. */
async function requireNoNodes(client: ApiClient): Promise<void> {
  const { items } = await client.list<Node>('nodes');
  if (items.length === 0) return;
  const names = items.slice(0, 3).map(({ metadata }) => metadata.name);
  const more = items.length > names.length ? ` and ${items.length - names.length} more` : '';
  throw new AlertwrightError(
    'cluster_in_use',
    `expected a control plane without nodes, got one with ${names.join(', ')}${more}`,
    {
      remedy: 'Start one that nobody uses: its nodes are played by this program.',
      exitCode: exitCodes.usage,
    },
  );
}

const longestFarewell = 60_000;

/** The last come first, so that nobody makes new what was just deleted; the nodes stay until their pods are gone. */
async function tidyUp(client: ApiClient, { world }: Scenario): Promise<void> {
  const manifests = world.manifests.map(manifest => targetOf(nameOfObject(manifest as KubeObject)));
  for (const target of manifests.toReversed()) {
    await client.delete(target, { propagationPolicy: 'Background' }).catch(ignoreGone);
  }
  const namespaces = manifests.filter(({ resource }) => resource === 'namespaces').map(({ name }) => name);
  const deadline = systemClock.now() + longestFarewell;
  const isThere = async (name: string) => (await client.get('namespaces', name)) !== undefined;
  for (const name of namespaces) {
    while ((await isThere(name)) && systemClock.now() < deadline) await systemClock.sleep(500);
  }
  const areThere = async () => (await client.list('persistentvolumes')).items.some(isProvisioned);
  while ((await areThere()) && systemClock.now() < deadline) await systemClock.sleep(500);
  for (const { name } of world.nodes) await client.delete({ resource: 'nodes', name }).catch(ignoreGone);
}

function isProvisioned({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[provisionedBy] === embeddedProvisioner;
}
