import { randomBytes } from 'node:crypto';
import { systemClock } from '../lib/clock.ts';
import { definedOf } from '../lib/defined.ts';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { createLog } from '../lib/log.ts';
import { selfSignedForLoopback } from '../lib/self_signed.ts';
import { type Address, isLoopback } from '../server/address.ts';
import type { EmbeddedCluster } from '../simulation/embedded_cluster.ts';
import type { Secured } from '../simulation/kubeconfig.ts';
import { startLiveCluster } from '../simulation/live_cluster.ts';
import { loadScenario } from '../simulation/scenario/load.ts';
import { untilInterrupted } from './interrupt.ts';
import { requireReplaceable, writeKubeconfig } from './kubeconfig_file.ts';
import type { Context } from './program.ts';
import type { Terminal } from './terminal.ts';

export interface ClusterOptions {
  scenario?: string;
  port?: number;
  /** Where others may reach it; otherwise it is on 127.0.0.1. */
  listen?: Address;
  kubeconfig?: string;
  /** Cluster seconds in a second. */
  speed: number;
  well?: boolean;
  secure?: true;
  /** A kubeconfig: the control plane is that one, and only its nodes are ours. */
  on?: string;
  /** The host of an API server elsewhere, to say that it is really meant. */
  really?: string;
  alertTo?: string;
  json?: true;
}

const dayMs = 86_400_000;

/** The embedded cluster alone, for kubectl and other people's tools, until it is interrupted. */
export async function cluster(options: ClusterOptions, context: Context): Promise<ExitCode> {
  const { terminal, verbose } = context;
  if (options.on !== undefined) return (await import('./guest_cluster.ts')).guestCluster(options.on, options, context);
  const { speed, kubeconfig, secure } = options;
  const { listen = definedOf({ port: options.port }) } = options;
  const scenario = loadScenario(options.scenario);
  if (kubeconfig !== undefined) requireReplaceable(kubeconfig);
  const log = createLog({ level: verbose ? 'debug' : 'silent' });
  const running = await startLiveCluster({
    scenario,
    speed,
    log,
    ...listen,
    ...(secure ? { secured: newSecrets() } : {}),
  });
  try {
    if (options.listen && !secure) warnOfOthers(options.listen.host, running.url, terminal);
    await offer(running, scenario.name, options, terminal);
    return exitCodes.ok;
  } finally {
    await running.close();
  }
}

function warnOfOthers(host: string, url: string, { err, paintErr }: Terminal): void {
  if (isLoopback(host)) return;
  const { port } = new URL(url);
  err(
    `${paintErr('warning', '!!! WARNING')} EVERYBODY who reaches ${host}:${port} may do everything with this make-believe cluster: it asks for no token. Keep it among those who may, or add --secure.`,
  );
}

/** New ones for each run: they are only ever written to the kubeconfig. */
function newSecrets(): Secured {
  const now = systemClock.now();
  const token = randomBytes(32).toString('base64url');
  return { ...selfSignedForLoopback({ from: now - dayMs, until: now + 365 * dayMs }), token };
}

async function offer(
  cluster: EmbeddedCluster,
  scenario: string,
  { kubeconfig: named, alertTo, well = false, json }: ClusterOptions,
  { out, paint }: Terminal,
): Promise<void> {
  const interrupted = untilInterrupted();
  const { path, remove } = writeKubeconfig(cluster.kubeconfig(), named);
  try {
    if (alertTo !== undefined) cluster.alertTo(alertTo);
    // It may have pauses, and nobody is to wait for them.
    const fault = well ? interrupted : cluster.injectFault();
    const { url } = cluster;
    if (json) out(JSON.stringify({ url, kubeconfig: path, scenario, well }));
    else out(`The cluster is ready at ${url}: ${paint('accent', `export KUBECONFIG=${path}`)}`);
    await Promise.race([interrupted, fault]);
    await interrupted;
  } finally {
    remove();
  }
}
