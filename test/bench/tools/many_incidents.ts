import { connectCluster } from '../../../src/kubernetes/connect.ts';
import { createFairReads } from '../../../src/kubernetes/fair_reads.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { type BrokenNamespace, brokenNamespace as namespace } from './broken_namespace.ts';
import { type Call, countingRequests } from './sides.ts';

const minuteMs = 60_000;

/** What an investigation looks at before it decides. */
function callsOf(workload: string): Call[] {
  return [
    ['get_pod_status', { namespace, name: workload }],
    ['get_workload', { namespace, name: workload }],
    ['get_deployment_history', { namespace, name: workload }],
    ['list_events', { namespace, name: workload }],
    ['get_pod_logs', { namespace, name: workload, previous: true }],
    ['check_resource_quotas', { namespace }],
    ['check_node_capacity', { resource_type: 'memory' }],
  ];
}

/** Incidents that come one after the other within a minute, each about one of the workloads in turn: what they ask of the API server. */
export async function requestsOf(
  incidents: number,
  { embedded }: BrokenNamespace,
  workloads: readonly string[],
): Promise<number> {
  let now = Date.parse('2026-03-03T03:00:00Z');
  const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}), busy: work => work() };
  const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs: 10_000 });
  // As fast as it goes: requests are counted here.
  const reads = createFairReads(cluster, { perSecond: 100_000 });
  const limits = { perSecond: 100_000 };
  const tools = await connectTools({ clusterFor: caller => reads.as(caller), clock, log: silentLog, limits });
  const { heard } = await countingRequests(async () => {
    for (let i = 0; i < incidents; i += 1) {
      const calls = callsOf(workloads[i % workloads.length]!);
      await Promise.all(calls.map(([tool, args]) => tools.call(tool, args, undefined, `incident ${i}`)));
      now += minuteMs / incidents;
    }
  });
  await tools.close();
  await reads.close();
  await cluster.close();
  return heard.requests;
}

/** Reads of as many callers, all wanted at once: over how many connections they go. */
export async function connectionsOf(reads: number, { embedded }: BrokenNamespace): Promise<number> {
  const cluster = await connectCluster({ server: embedded.url, requestTimeoutMs: 60_000 });
  const fair = createFairReads(cluster, { perSecond: 100_000 });
  const read = (i: number) => fair.as(`incident ${i}`).get<Pod>({ ...kinds.pod, namespace, name: 'exit-1' });
  const { heard } = await countingRequests(() => Promise.all(Array.from({ length: reads }, (_, i) => read(i))));
  await fair.close();
  await cluster.close();
  return heard.connections;
}
