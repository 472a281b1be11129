import type { Node } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import type { ApiClient } from '../api/client.ts';
import type { Scenario, WorldNode } from './scenario.ts';
import { takeSnapshot } from './snapshot.ts';
import { unhealthy } from './workload.ts';

/** Where a kubelet listens. */
export interface NodeEndpoint {
  address: string;
  port: number;
}

/** The node object that a kubelet registers: its size, and an address range of its own. */
export function nodeObject(world: WorldNode, index: number, endpoint?: NodeEndpoint): Node {
  const { name, cpu, memory, pods, disk, architecture, labels, taints } = world;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/arch': architecture, ...labels } },
    spec: { podCIDR: `10.244.${index}.0/24`, ...(taints.length > 0 ? { taints } : {}) },
    status: {
      capacity: { cpu, memory, pods: String(pods), 'ephemeral-storage': disk },
      nodeInfo: { architecture },
      // A real API server would look up a name first, and nobody has heard of ours.
      addresses: [
        { type: 'InternalIP', address: endpoint?.address ?? `10.0.0.${10 + index}` },
        ...(endpoint ? [] : [{ type: 'Hostname', address: name }]),
      ],
      ...(endpoint ? { daemonEndpoints: { kubeletEndpoint: { Port: endpoint.port } } } : {}),
    },
  };
}

const patienceMs = 600_000;

/** Lets time run until every workload is well. A world that never is can't be used. */
export async function untilWell(
  scenario: Scenario,
  client: ApiClient,
  { clock, lookEvery }: { clock: Clock; lookEvery: number },
): Promise<void> {
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const ill = await illWorkloads(client, clock.now());
    if (ill.length === 0) return;
    if (clock.now() >= deadline) {
      throw new AlertwrightError(
        'scenario_invalid',
        `expected the world of ${scenario.name} to be well within 10 minutes, got: ${ill.join('; ')}`,
        {
          remedy: 'All has to be well before the fault: correct its world or its history.',
          exitCode: exitCodes.config,
        },
      );
    }
    await clock.sleep(lookEvery);
  }
}

async function illWorkloads(client: ApiClient, now: number): Promise<string[]> {
  const { workloads } = await takeSnapshot(client, { now });
  if (workloads.size === 0) return ['there are no workloads'];
  return [...workloads].flatMap(([name, workload]) => {
    const problem = unhealthy(workload, workload);
    return problem ? [`${name} ${problem}`] : [];
  });
}
