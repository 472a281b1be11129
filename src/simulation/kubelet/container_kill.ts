import { runHook } from './lifecycle_hooks.ts';
import { containerPath } from './node_context.ts';
import { type ContainerRecord, currentRun, isRunning, type PodRecord, recordsOf } from './pod_record.ts';
import { isSidecar } from './restart_policy.ts';

export interface KillOrder {
  message?: string;
  reason?: 'startup' | 'liveness' | 'changed';
  /** Instead of what the pod asks for. */
  graceSeconds?: number;
  /** Others that have to be gone first. */
  after?: readonly Promise<unknown>[];
}

/** Everybody gets at least this long. */
const leastGrace = 2;

/** Ends a container as its pod asks: its hook first, within its grace; then it is asked, then it is killed. */
export async function killContainer(record: PodRecord, one: ContainerRecord, order: KillOrder = {}): Promise<void> {
  const { node, pod } = record;
  const { clock } = node;
  const run = currentRun(one);
  if (!run || run.end) return;
  const { name, lifecycle } = one.spec;
  const fieldPath = containerPath(name, one.isInit);
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    node.events.record(pod, { type, reason, message, fieldPath });
  say('Normal', 'Killing', order.message ?? `Stopping container ${name}`);
  const startedAt = clock.now();
  const grace = order.graceSeconds ?? graceOf(record, one, order.reason);
  let isDone = false;
  const complain = () => say('Warning', 'FailedPreStopHook', 'PreStopHook failed');
  const left = () => grace - Math.floor((clock.now() - startedAt) / 1000);
  if (lifecycle?.preStop && grace > 0) {
    const hook = runHook(record, one, run, lifecycle.preStop).then(problem => {
      if (problem !== undefined && !isDone) complain();
      isDone = true;
    });
    await within(record, grace, hook);
  }
  if (order.after && left() > 0) await within(record, left(), Promise.all(order.after));
  await run.stop(Math.max(leastGrace, left()));
  // A command that still runs ends with its container.
  if (lifecycle?.preStop?.exec && grace > 0 && !isDone) complain();
  isDone = true;
}

/** Ends all that runs. Sidecars go last, and in the opposite order of their start. */
export async function killAll(record: PodRecord, graceSeconds?: number): Promise<void> {
  const { spec } = record.pod;
  const order = graceSeconds === undefined ? {} : { graceSeconds };
  const main = recordsOf(record, spec.containers).filter(isRunning);
  const init = recordsOf(record, spec.initContainers).filter(isRunning);
  const kills: Promise<unknown>[] = main.map(one => killContainer(record, one, order));
  for (const one of init.toReversed()) {
    const after = isSidecar(one.spec, spec) ? [...kills] : [];
    kills.push(killContainer(record, one, { ...order, after }));
  }
  await Promise.all(kills);
}

function graceOf({ pod }: PodRecord, { spec }: ContainerRecord, reason: KillOrder['reason']): number {
  const { deletionGracePeriodSeconds } = pod.metadata;
  if (deletionGracePeriodSeconds !== undefined) return deletionGracePeriodSeconds;
  const probe = reason === 'startup' ? spec.startupProbe : reason === 'liveness' ? spec.livenessProbe : undefined;
  return probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** Waits for something, but no longer than so many seconds. */
async function within({ node, gone }: PodRecord, seconds: number, task: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, gone]);
  const timeout = node.clock.sleep(seconds * 1000, signal).catch(() => undefined);
  const finished = task.then(() => undefined).catch(() => undefined);
  await Promise.race([timeout, finished]);
  done.abort();
}
