import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openAlertmanagers } from './alertmanager/open.ts';
import { openApp, reachCluster } from './composition.ts';
import type { ServeConfig } from './config.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { assemble, type Keep } from './lib/assembly.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { definedOf } from './lib/defined.ts';
import { AlertwrightError, exitCodes, messageOf } from './lib/errors.ts';
import { createFolder } from './lib/folder.ts';
import type { Log } from './lib/log.ts';
import { alsoRedact } from './lib/redaction.ts';
import { type ModelChoice, openModel, scriptedDiagnostician } from './model/open_model.ts';
import { parseAddress } from './server/address.ts';
import { callerOf } from './server/call.ts';
import { openEntrance } from './server/entrance.ts';
import { createClusterCheck } from './server/health.ts';
import { settingsFrom } from './settings.ts';
import type { EmbeddedCluster } from './simulation/embedded_cluster.ts';
import { startLiveCluster } from './simulation/live_cluster.ts';
import { loadScenario } from './simulation/scenario/load.ts';
import { openPrometheus } from './tools/prometheus/open.ts';

/** What `serve` runs: the application, its doors, and whatever of the world has to be brought along. */
export interface Service {
  url: string;
  webhookUrl: string;
  database: string;
  close(): Promise<void>;
}

export function startService(config: ServeConfig, log: Log): Promise<Service> {
  return assemble(async keep => {
    alsoRedact(config.redaction.patterns);
    const database = join(createDataDir(config.dataDir), 'alertwright.db');
    const entrance = openEntrance(config, { clock: systemClock, log });
    const { cluster, clock, embedded } = await openCluster(config, log, keep);
    const { model, close } = await openModel(modelChoice(config));
    keep(close);
    const checks = { cluster: createClusterCheck(cluster, systemClock) };
    const doors = { listen: parseAddress(config.listen), checks, entrance };
    const alertmanagers = openAlertmanagers(config.alertmanager, { clock: systemClock, log });
    for (const each of alertmanagers) keep(each.close);
    const prometheus = openPrometheus(config.prometheus, { clock: systemClock, log });
    if (prometheus) keep(prometheus.close);
    const parts = { cluster, model, alertmanagers, prometheus, clock, log };
    const { url, webhookUrl } = await openApp(parts, settingsFrom(config, database), doors, keep);
    if (embedded && config.scenario) {
      embedded.alertTo(webhookUrl, { fetch: callerOf(config) });
      await embedded.injectFault();
    }
    return { url, webhookUrl, database };
  });
}

function createDataDir(path: string): string {
  try {
    createFolder(resolve(path), { mode: 0o700 });
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
  if (where === 'embedded') {
    const embedded = await startLiveCluster({ scenario: loadScenario(scenario), speed: 1, log });
    keep(embedded.close);
    return { cluster: await reachCluster({ server: embedded.url }, keep), clock: embedded.clock, embedded };
  }
  if (where === 'in-cluster') requireServiceAccount();
  const location = where === 'in-cluster' ? {} : definedOf(where);
  return { cluster: await reachCluster(location, keep), clock: systemClock };
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
