import { finished } from 'node:stream/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { reachCluster } from '../composition.ts';
import type { ConnectedCluster } from '../kubernetes/connect.ts';
import { assemble, type Keep } from '../lib/assembly.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { definedOf } from '../lib/defined.ts';
import { AlertwrightError, type ExitCode, exitCodes } from '../lib/errors.ts';
import { createLog, type Log } from '../lib/log.ts';
import { type Address, isLoopback } from '../server/address.ts';
import { openCredentials } from '../server/credentials.ts';
import { type Entrance, plainEntrance } from '../server/entrance.ts';
import { listen } from '../server/listen.ts';
import { createMcpServer, mcpPath } from '../server/mcp_server.ts';
import { openInstruments } from '../tools/instruments.ts';
import { createKeptAnswers } from '../tools/kubernetes/kept_answers.ts';
import { createKubernetesServer } from '../tools/kubernetes/server.ts';
import { openPrometheus } from '../tools/prometheus/open.ts';
import { untilInterrupted } from './interrupt.ts';
import type { Context } from './program.ts';

export interface McpOptions {
  stdio?: true;
  /** Where to listen; the usual place when it is only said that. */
  http?: Address | true;
  tokenFile?: string;
  kubeconfig?: string;
  context?: string;
  prometheus?: string;
  prometheusTokenFile?: string;
  embedded?: true;
  scenario?: string;
}

const usualAddress: Address = { host: '127.0.0.1', port: 9098 };

/** The built-in tools alone, for any MCP client, until it leaves or is interrupted. */
export async function mcp(options: McpOptions, { terminal, verbose }: Context): Promise<ExitCode> {
  if ((options.stdio === undefined) === (options.http === undefined))
    throw new AlertwrightError('usage', 'expected --stdio or --http, and not both', { exitCode: exitCodes.usage });
  const log = createLog({ level: verbose ? 'debug' : 'warn' });
  const running = await assemble(keep =>
    options.http === undefined ? onStdio(options, log, keep) : onHttp(options.http, { options, log, keep }),
  );
  try {
    if (running.url !== undefined) terminal.out(`The tools are offered at ${terminal.paint('strong', running.url)}`);
    await (running.url === undefined ? Promise.race([untilInterrupted(), untilLeft()]) : untilInterrupted());
    return exitCodes.ok;
  } finally {
    await running.close();
  }
}

async function onStdio(options: McpOptions, log: Log, keep: Keep): Promise<{ url?: string }> {
  keep(serveStdio(await openTools(options, log, keep)).close);
  return {};
}

async function onHttp(
  http: Address | true,
  { options, log, keep }: { options: McpOptions; log: Log; keep: Keep },
): Promise<{ url?: string }> {
  const address = http === true ? usualAddress : http;
  if (options.tokenFile === undefined && !isLoopback(address.host)) throw openTo(address.host);
  const entrance = entranceOf(options, log);
  const server = createMcpServer(await openTools(options, log, keep), { entrance, clock: systemClock, log });
  keep(() => server.close());
  return { url: `${await listen(server, address, entrance.access)}${mcpPath}` };
}

/** Gives servers that all look at one cluster, and know of one another's answers. */
async function openTools(options: McpOptions, log: Log, keep: Keep) {
  const { cluster, clock } = await openCluster(options, log, keep);
  const { prometheus: url, prometheusTokenFile: tokenFile } = options;
  const prometheus = openPrometheus({ url, tokenFile, timeoutSeconds: 10 }, { clock: systemClock, log });
  if (prometheus) keep(prometheus.close);
  const { instruments, close } = openInstruments({ cluster, clock, log, prometheus });
  keep(close);
  const kept = createKeptAnswers();
  return () => createKubernetesServer({ clusterFor: () => cluster, clock, log, instruments, kept });
}

async function openCluster(
  { embedded, scenario, kubeconfig, context }: McpOptions,
  log: Log,
  keep: Keep,
): Promise<{ cluster: ConnectedCluster; clock: Clock }> {
  if (!embedded) return { cluster: await reachCluster(definedOf({ kubeconfig, context }), keep), clock: systemClock };
  const { startLiveCluster } = await import('../simulation/live_cluster.ts');
  const { loadScenario } = await import('../simulation/scenario/load.ts');
  const world = await startLiveCluster({ scenario: loadScenario(scenario), speed: 1, log });
  keep(world.close);
  // It may have pauses, and nobody is to wait for them.
  if (scenario !== undefined) void world.injectFault();
  return { cluster: await reachCluster({ server: world.url }, keep), clock: world.clock };
}

function openTo(host: string): AlertwrightError {
  return new AlertwrightError('listen_open', `listening on ${host} without a token would let anyone read the cluster`, {
    remedy: 'Add --token-file, or listen on 127.0.0.1.',
    exitCode: exitCodes.config,
  });
}

function entranceOf({ tokenFile }: McpOptions, log: Log): Entrance {
  if (tokenFile === undefined) return plainEntrance;
  const none = { tokens: [], tokenFiles: [], users: [] };
  const credentials = openCredentials({ all: { ...none, tokenFile }, deliver: none }, { clock: systemClock, log });
  return { ...plainEntrance, access: { ...plainEntrance.access, credentials } };
}

/** A client that starts us ends our input when it leaves. */
function untilLeft(): Promise<void> {
  return finished(process.stdin, { writable: false }).catch(() => undefined);
}
