import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createVirtualClock, type VirtualClock } from '../../../src/lib/virtual_clock.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/simulation/embedded_cluster.ts';
import { Program } from '../../../src/simulation/programs/program.ts';
import { loadScenario } from '../../../src/simulation/scenario/load.ts';
import { ObjectName } from '../../../src/simulation/scenario/object_name.ts';
import type { Manifest, Scenario, Step } from '../../../src/simulation/scenario/scenario.ts';
import { demo } from '../../simulation/demo_program.ts';
import { readRecording, recordingNames } from '../../simulation/kubelet/recording.ts';

export const brokenNamespace = 'broken';

export interface BrokenNamespace {
  embedded: EmbeddedCluster;
  clock: VirtualClock;
  /** The names of the workloads of the namespace that were made to break. */
  workloads: string[];
  close(): Promise<void>;
}

/** The last is broken on one node only, and here there are three. */
const well = ['healthy', 'succeeded', 'anti-affinity-self'];
const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'];

/** The shop, and beside it a namespace in which everything is broken, a quarter of an hour later. Time stands almost still. */
export async function startBrokenNamespace(): Promise<BrokenNamespace> {
  const { before, after } = ownWorkloads();
  const recorded = recordingNames().map(recordedIn);
  const shop = loadScenario('rejected-setting');
  const scenario: Scenario = {
    ...shop,
    world: {
      ...shop.world,
      programs: [...shop.world.programs, Program.parse(demo)],
      manifests: [...shop.world.manifests, ...before],
    },
    fault: [...shop.fault, ...recorded.map(apply => ({ apply })), ...after],
  };
  const clock = createVirtualClock({ start: Date.parse('2026-03-03T02:00:00Z') });
  const embedded = await startEmbeddedCluster({ scenario, clock });
  clock.start();
  await embedded.settle();
  await embedded.injectFault();
  clock.setSpeed(1);
  return {
    embedded,
    clock,
    workloads: [
      ...recorded.map(({ metadata }) => metadata.name).filter(name => !well.includes(name)),
      ...after.flatMap(broken),
    ],
    async close() {
      await embedded.close();
      clock.stop();
    },
  };
}

function ownWorkloads(): { before: Manifest[]; after: Step[] } {
  const text = readFileSync(join(import.meta.dirname, 'broken.yaml'), 'utf8');
  const { before, after } = parse(text) as { before: Manifest[]; after: Record<string, unknown>[] };
  return { before, after: after.map(stepOf) };
}

/** Steps name an object in one string; a scenario that has been read has its parts. */
function stepOf(written: Record<string, unknown>): Step {
  const parts = Object.entries(written).map(([key, value]) =>
    key === 'patch' || key === 'delete' ? [key, ObjectName.parse(value)] : [key, value],
  );
  return Object.fromEntries(parts) as Step;
}

function recordedIn(name: string): Manifest {
  const { applied } = readRecording(name);
  return { ...applied, metadata: { ...applied.metadata, namespace: brokenNamespace } } as Manifest;
}

/** Which workload a step breaks, if any. */
function broken(step: Step): string[] {
  if ('patch' in step) return [step.patch.name];
  return 'apply' in step && workloadKinds.includes(step.apply.kind) ? [step.apply.metadata.name] : [];
}
