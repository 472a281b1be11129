import { hashOf } from '../../lib/hash.ts';
import { killAll, killContainer } from './container_kill.ts';
import { startContainer } from './container_start.ts';
import { problemWithSandbox } from './least_memory.ts';
import { pace } from './node_context.ts';
import { actionsFor, type PodActions } from './pod_actions.ts';
import type { ContainerRecord, ContainerRun, PodRecord, StartFailure } from './pod_record.ts';
import { complainOfPullSecrets } from './pull_credentials.ts';
import { isSidecar } from './restart_policy.ts';

/** What a look at a pod came to; `acted` when something was done that deserves another look. */
export type SyncOutcome = { kind: 'done'; acted: boolean } | { kind: 'failed'; retryAt?: number };

export interface SyncHooks {
  /** The pod has its network. */
  onSandbox(): void;
  /** The pod is to end: whatever is only waited for is given up. */
  stopping: AbortSignal;
}

/** Brings a pod one step nearer to what it should be. */
export async function syncPod(record: PodRecord, { onSandbox, stopping }: SyncHooks): Promise<SyncOutcome> {
  const { node } = record;
  const problem = record.pod.spec.hostNetwork ? undefined : node.networkProblem();
  if (problem !== undefined) {
    node.events.record(record.pod, { type: 'Warning', reason: 'NetworkNotReady', message: problem });
    return { kind: 'failed', retryAt: node.clock.now() + 1000 };
  }
  const mounted = await record.volumes.mount(record.pod, stopping);
  if (mounted.kind === 'failed') {
    const { message } = mounted;
    if (message !== undefined) node.events.record(record.pod, { type: 'Warning', reason: 'FailedMount', message });
    return { kind: 'failed' };
  }
  await complainOfPullSecrets(record);
  record.probedSince ??= node.clock.now();
  const actions = actionsFor(record);
  const earlier = endedRuns(record);
  if (actions.killPod) {
    await killAll(record);
    record.sandbox = 'stopped';
    return { kind: 'done', acted: true };
  }
  for (const { record: one, message, reason } of actions.kills) await killContainer(record, one, { message, reason });
  if (actions.createSandbox) {
    if (!(await createSandbox(record, stopping))) return { kind: 'failed' };
    onSandbox();
  }
  if (earlier.size > 0 && actions.starts.length > 0) await record.volumes.refresh(record.pod);
  return startAll(record, actions, earlier);
}

async function createSandbox(record: PodRecord, stopping: AbortSignal): Promise<boolean> {
  const { node, pod } = record;
  await node.clock.sleep(pace.sandbox, stopping);
  const message = problemWithSandbox(pod, hashOf([pod.metadata.uid, node.clock.now()], 64));
  if (message !== undefined) {
    node.events.record(pod, { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
    return false;
  }
  record.sandbox = 'ready';
  record.onChange();
  return true;
}

/** The runs that were over when the kubelet looked: what it kills itself doesn't count yet. */
function endedRuns({ containers }: PodRecord): Map<ContainerRecord, ContainerRun> {
  const ended = new Map<ContainerRecord, ContainerRun>();
  for (const one of containers.values()) {
    const run = one.runs.find(({ end }) => end !== undefined);
    if (run) ended.set(one, run);
  }
  return ended;
}

async function startAll(
  record: PodRecord,
  { starts, kills, createSandbox }: PodActions,
  earlier: Map<ContainerRecord, ContainerRun>,
): Promise<SyncOutcome> {
  const failures: StartFailure[] = [];
  for (const one of starts) {
    one.failure = await startContainer(record, one, earlier.get(one));
    if (!one.failure) continue;
    failures.push(one.failure);
    if (one.isInit && !isSidecar(one.spec, record.pod.spec)) break;
  }
  const acted = createSandbox || kills.length > 0 || starts.length > 0;
  if (failures.length === 0) return { kind: 'done', acted };
  const times = failures.flatMap(({ retryAt }) => retryAt ?? []);
  return { kind: 'failed', ...(times.length > 0 ? { retryAt: Math.min(...times) } : {}) };
}
