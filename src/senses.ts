import type { Alertmanager } from './alertmanager/alertmanager.ts';
import type { Store } from './durable/store.ts';
import type { Cluster } from './kubernetes/cluster.ts';
import { createFairReads, type FairReads } from './kubernetes/fair_reads.ts';
import type { Keep } from './lib/assembly.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { type ConnectedTools, connectTools } from './tools/connect.ts';
import { openExternalServer } from './tools/external/open.ts';
import type { ExternalSettings } from './tools/external/settings.ts';
import { openInstruments } from './tools/instruments.ts';
import type { Prometheus } from './tools/prometheus/prometheus.ts';

/** What an incident is seen through: tools for the model, and reads in turn for the stages. */
export interface Senses {
  tools: ConnectedTools;
  reads: FairReads;
}

export interface SensesParts {
  cluster: Cluster;
  /** All that send alerts here. */
  alertmanagers: readonly Alertmanager[];
  prometheus?: Prometheus | undefined;
  clock: Clock;
  log: Log;
}

export interface SensesSettings {
  /** MCP servers of others. */
  toolServers: readonly ExternalSettings[];
  /** What one answer of a tool may cost, so that several fit the model's window. */
  answerTokens: number;
}

export async function openSenses(
  { cluster, alertmanagers, prometheus, clock, log }: SensesParts,
  { toolServers, answerTokens }: SensesSettings,
  store: Store,
  keep: Keep,
): Promise<Senses> {
  const reads = createFairReads(cluster);
  keep(reads.close);
  const { instruments, close } = openInstruments({ cluster, clock, log, prometheus });
  keep(close);
  const tools = await connectTools({
    clusterFor: caller => reads.as(caller),
    clock,
    log,
    answerTokens,
    external: toolServers.map(each => openExternalServer(each, { pins: store.toolPins, clock, log })),
    instruments: { ...instruments, alerts: { book: store.alerts, alertmanagers } },
  });
  keep(tools.close);
  return { tools, reads };
}
