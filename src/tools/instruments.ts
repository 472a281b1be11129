import type { ClusterReader } from '../kubernetes/cluster.ts';
import type { ConnectedCluster } from '../kubernetes/connect.ts';
import { createDiscovery, type Discovery } from '../kubernetes/discovery.ts';
import { createNodeLoads, type NodeLoads } from '../kubernetes/node_loads.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { AlertSources } from './kubernetes/known_alerts.ts';
import type { Prometheus } from './prometheus/prometheus.ts';

/** What some tools look through, besides the cluster as their caller may read it. */
export interface Instruments {
  nodeLoads: NodeLoads;
  /** Absent where nothing takes alerts in. */
  alerts?: AlertSources;
  /** Of kinds that only this cluster knows. */
  discovery?: Discovery;
  /** Absent where none is configured. */
  prometheus?: Prometheus;
}

/** Opens what can be had with this cluster: one that is no more than a reader gives less. */
export function openInstruments(deps: {
  cluster: ClusterReader | ConnectedCluster;
  clock: Pick<Clock, 'sleep' | 'now'>;
  log: Log;
  prometheus?: Prometheus | undefined;
}): { instruments: Partial<Instruments>; close(): Promise<void> } {
  const { cluster, clock, log, prometheus } = deps;
  const given = prometheus ? { prometheus } : {};
  if (!('watch' in cluster)) return { instruments: given, close: async () => {} };
  const nodeLoads = createNodeLoads({ watcher: cluster, clock, log });
  const discovery = createDiscovery({ discover: cluster.discover, clock });
  const closing = new AbortController();
  // Whoever asks first about a large cluster would wait until all of its pods have been read.
  const first = nodeLoads.read(cluster, closing.signal).catch(() => undefined);
  return {
    instruments: { ...given, nodeLoads, discovery },
    async close() {
      closing.abort();
      await first;
      await nodeLoads.stop();
    },
  };
}
