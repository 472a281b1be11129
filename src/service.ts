import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openApp, openWorld, requestTimeoutMs } from './composition.ts';
import type { ServeConfig } from './config.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { connectCluster } from './kubernetes/connect.ts';
import { assemble, type Keep } from './lib/assembly.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { definedOf } from './lib/defined.ts';
import { AlertwrightError, exitCodes, messageOf } from './lib/errors.ts';
import { createFolder } from './lib/folder.ts';
import type { Log } from './lib/log.ts';
import { type ModelChoice, openModel, scriptedDiagnostician } from './model/open_model.ts';
import { parseAddress } from './server/address.ts';
import { createClusterCheck } from './server/health.ts';
import { settingsFrom } from './settings.ts';
import type { EmbeddedCluster } from './simulation/embedded_cluster.ts';
import { loadScenario } from './simulation/scenario/load.ts';

/** What `serve` runs: the application, its doors, and whatever of the world has to be brought along. */
export interface Service {
  url: string;
  webhookUrl: string;
  database: string;
  close(): Promise<void>;
}

export function startService(config: ServeConfig, log: Log): Promise<Service> {
  return assemble(async keep => {
    const database = join(createDataDir(config.dataDir), 'alertwright.db');
    const { cluster, clock, embedded } = await openCluster(config, log, keep);
    const { model, close } = await openModel(modelChoice(config));
    keep(close);
    const { token } = config.auth;
    const checks = { cluster: createClusterCheck(cluster, systemClock) };
    const doors = { listen: parseAddress(config.listen), checks, token };
    const parts = { cluster, model, clock, log };
    const { url, webhookUrl } = await openApp(parts, settingsFrom(config, database), doors, keep);
    if (embedded && config.scenario) {
      embedded.alertTo(webhookUrl, definedOf({ token }));
      await embedded.injectFault();
    }
    return { url, webhookUrl, database };
  });
}

function createDataDir(path: string): string {
  try {
    createFolder(resolve(path));
    return path;
  } catch (cause) {
    throw new AlertwrightError('data_dir', `expected to create the data directory ${path}, got: ${messageOf(cause)}`, {
      remedy: 'Set dataDir (ALERTWRIGHT_DATA_DIR) to a folder that can be written.',
      exitCode: exitCodes.cannotCreate,
      cause,
    });
  }
}

interface OpenCluster {
  cluster: Cluster;
  clock: Clock;
  embedded?: EmbeddedCluster;
}

async function openCluster({ cluster: where, scenario }: ServeConfig, log: Log, keep: Keep): Promise<OpenCluster> {
  if (where === 'embedded') return openEmbedded(scenario, log, keep);
  if (where === 'in-cluster') requireServiceAccount();
  const location = where === 'in-cluster' ? {} : where;
  const cluster = await connectCluster({ ...definedOf(location), requestTimeoutMs });
  keep(cluster.close);
  return { cluster, clock: systemClock };
}

const pastMs = 3_600_000;

/** Its world has its past in no time, catches up with the wall's clock, and then goes at its pace. */
async function openEmbedded(scenario: string | undefined, log: Log, keep: Keep): Promise<OpenCluster> {
  const world = await openWorld(loadScenario(scenario), systemClock.now() - pastMs, log, keep);
  await world.clock.sleep(Math.max(0, systemClock.now() - world.clock.now()));
  world.clock.setSpeed(1);
  return world;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount/token';

function requireServiceAccount(): void {
  if (existsSync(serviceAccount)) return;
  throw new AlertwrightError('cluster_config', `cluster: in-cluster expects a service account at ${serviceAccount}`, {
    remedy: 'It is there only in a pod. Elsewhere set cluster.kubeconfig (ALERTWRIGHT_CLUSTER_KUBECONFIG).',
    exitCode: exitCodes.config,
  });
}

function modelChoice({ model }: ServeConfig): ModelChoice {
  if (model === 'scripted') return scriptedDiagnostician;
  const { url, name, apiKey, timeoutSeconds, contextTokens } = model;
  const options = { name, baseUrl: url, timeoutMs: timeoutSeconds * 1000, maxRetries: 2 };
  return { kind: 'openai', ...options, ...definedOf({ apiKey, contextTokens }) };
}
