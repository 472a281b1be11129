import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { startApp } from './app.ts';
import type { ServeConfig } from './config.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { connectCluster } from './kubernetes/connect.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { AlertwrightError, exitCodes, messageOf } from './lib/errors.ts';
import type { Log } from './lib/log.ts';
import { createVirtualClock } from './lib/virtual_clock.ts';
import type { Model } from './model/model.ts';
import { createOpenAiModel } from './model/openai.ts';
import { startScriptedModel } from './model/scripted/server.ts';
import { parseAddress } from './server/address.ts';
import { createClusterCheck } from './server/health.ts';
import { listen } from './server/listen.ts';
import { createServer } from './server/server.ts';
import { settingsFrom } from './settings.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from './simulation/embedded_cluster.ts';
import { loadScenario, scenarioNames } from './simulation/scenario/load.ts';

/** What `serve` runs: the application, its doors, and whatever of the world has to be brought along. */
export interface Service {
  url: string;
  database: string;
  close(): Promise<void>;
}

/** Ends what was opened, the last first. */
interface Opened {
  push(end: () => unknown): void;
}

export async function startService(config: ServeConfig, log: Log): Promise<Service> {
  const opened: (() => unknown)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const database = join(createDataDir(config.dataDir), 'alertwright.db');
    const { cluster, clock, embedded } = await openCluster(config, opened, log);
    const model = await openModel(config, opened);
    const app = await startApp({ cluster, model, clock, log }, settingsFrom(config, database));
    opened.push(app.stop);
    const { token } = config.auth;
    const checks = { cluster: createClusterCheck(cluster, systemClock) };
    const server = createServer({ ...app, log, checks, token });
    opened.push(() => server.close());
    const url = await listen(server, parseAddress(config.listen), { token: token !== undefined });
    if (embedded && config.scenario) await breakIt(embedded, url, token);
    return { url, database, close };
  } catch (error) {
    await close();
    throw error;
  }
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

/** Step by step: Node's own recursive mkdir never returns where a file system like /proc refuses. */
function createFolder(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is a file`);
    return;
  }
  createFolder(dirname(path));
  mkdirSync(path);
}

interface OpenCluster {
  cluster: Cluster;
  clock: Clock;
  embedded?: EmbeddedCluster;
}

async function openCluster({ cluster: where, scenario }: ServeConfig, opened: Opened, log: Log): Promise<OpenCluster> {
  if (where === 'embedded') return openEmbedded(scenario, opened, log);
  if (where === 'in-cluster') requireServiceAccount();
  const location = where === 'in-cluster' ? {} : where;
  const cluster = await connectCluster({ ...definedOf(location), requestTimeoutMs: 10_000 });
  opened.push(cluster.close);
  return { cluster, clock: systemClock };
}

const pastMs = 3_600_000;

/** Its world has its past in no time, catches up with the wall's clock, and then goes at its pace. */
async function openEmbedded(scenario: string | undefined, opened: Opened, log: Log): Promise<OpenCluster> {
  const clock = createVirtualClock({ start: systemClock.now() - pastMs });
  opened.push(clock.stop);
  const stage = loadScenario(scenario ?? scenarioNames()[0]!);
  const embedded = await startEmbeddedCluster({ scenario: stage, clock, log });
  opened.push(embedded.close);
  clock.start();
  await embedded.settle();
  await clock.sleep(Math.max(0, systemClock.now() - clock.now()));
  clock.setSpeed(1);
  const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs: 10_000 });
  opened.push(cluster.close);
  return { cluster, clock, embedded };
}

async function breakIt(embedded: EmbeddedCluster, url: string, token: string | undefined): Promise<void> {
  embedded.alertTo(`${url}/api/v2/webhook/alertmanager`, token === undefined ? {} : { token });
  await embedded.injectFault();
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount/token';

function requireServiceAccount(): void {
  if (existsSync(serviceAccount)) return;
  throw new AlertwrightError('cluster_config', `cluster: in-cluster expects a service account at ${serviceAccount}`, {
    remedy: 'It is there only in a pod. Elsewhere set cluster.kubeconfig (ALERTWRIGHT_CLUSTER_KUBECONFIG).',
    exitCode: exitCodes.config,
  });
}

async function openModel({ model }: ServeConfig, opened: Opened): Promise<Model> {
  if (model !== 'scripted') {
    const { url, name, apiKey, timeoutSeconds, contextTokens } = model;
    const options = { name, baseUrl: url, timeoutMs: timeoutSeconds * 1000, maxRetries: 2 };
    return createOpenAiModel({ ...options, ...definedOf({ apiKey, contextTokens }) });
  }
  const { url, close } = await startScriptedModel();
  opened.push(close);
  return createOpenAiModel({ name: 'scripted-diagnostician', baseUrl: url, timeoutMs: 10_000, maxRetries: 0 });
}

/** Without the keys that are not set: optional is not the same as undefined. */
function definedOf<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
