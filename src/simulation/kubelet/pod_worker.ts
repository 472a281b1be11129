import type { Pod } from '../../kubernetes/objects.ts';
import { ApiError } from '../api/client.ts';
import { killAll } from './container_kill.ts';
import { hasStarted } from './container_status.ts';
import { jittered, type NodeContext, nextTurn, pace } from './node_context.ts';
import { checkDeadline, deadlineOf } from './pod_deadline.ts';
import { createPodRecord, currentRun, type Eviction, isRunning, type PodRecord } from './pod_record.ts';
import { isOver } from './pod_status.ts';
import { type SyncOutcome, syncPod } from './pod_sync.ts';
import { isBeingDeleted } from './restart_policy.ts';
import { createStatusWriter } from './status_writer.ts';
import { createWake } from './wake.ts';

/** One pod on its node, from its arrival to its end. */
export interface PodWorker {
  readonly record: PodRecord;
  /** The pod as the API now has it: perhaps it is to be deleted. */
  update(pod: Pod): void;
  /** The node ends the pod; settles when all of it has stopped. */
  evict(eviction: Eviction, graceSeconds: number): Promise<void>;
  /** Looks at it again: something around it has changed. */
  lookAgain(): void;
  /** The API has forgotten the pod: everything ends at once. */
  abandon(): void;
}

/** A kubelet that couldn't do something tries again after so long, unless it knows better. */
const retryMs = 10_000;
const refreshMs = 60_000;

export function startPod(node: NodeContext, first: Pod, podIP: string): PodWorker {
  const { clock } = node;
  const record = createPodRecord(node, first, podIP);
  const stopping = new AbortController();
  const terminated = Promise.withResolvers<void>();
  const wake = createWake(clock, record.gone);
  const writer = createStatusWriter(record, () => wake.at(clock.now() + retryMs));
  let turns = 0;
  let refreshAt = clock.now() + jittered(refreshMs, [first.metadata.uid, 'refresh']);
  let grace: number | undefined;

  record.onChange = () => wake.at(nextTurn(`${node.name} relist`, pace.relist, clock.now()) + pace.turn);
  record.onProbe = () => wake.at(clock.now() + pace.turn);

  function tell(): boolean {
    checkDeadline(record);
    const phase = writer.tell();
    lookAtUnready();
    return isOver(phase);
  }

  /** Whatever should be ready and isn't is asked at once. */
  function lookAtUnready(): void {
    for (const one of record.containers.values()) if (isUnready(one)) currentRun(one)?.lookNow();
  }

  async function live(): Promise<void> {
    for (;;) {
      await wake.due();
      if (!node.isWorking()) continue;
      turns++;
      if (isBeingDeleted(record.pod) || record.eviction || tell()) return terminate();
      plan(await sync());
      await clock.sleep(pace.turn, record.gone);
    }
  }

  async function sync(): Promise<SyncOutcome> {
    try {
      if (clock.now() >= refreshAt) await refresh();
      return await syncPod(record, { onSandbox: tell, stopping: stopping.signal });
    } catch (error) {
      if (stopping.signal.aborted) return { kind: 'done', acted: false };
      if (error instanceof ApiError) return { kind: 'failed' };
      throw error;
    }
  }

  async function refresh(): Promise<void> {
    refreshAt = clock.now() + jittered(refreshMs, [first.metadata.uid, turns]);
    await record.volumes.refresh(record.pod);
  }

  /** When to look next; a pod that is as it should be is left alone. */
  function plan(outcome: SyncOutcome): void {
    const now = clock.now();
    const due = (at: number) => wake.at(nextTurn(`${node.name} tick`, pace.tick, Math.max(at, now) - 1));
    const again = (ms: number) => due(now + jittered(ms, [first.metadata.uid, turns]));
    if (deadlineOf(record) < Infinity) due(deadlineOf(record));
    if (outcome.kind === 'failed') {
      again(Math.min(Math.max(0, (outcome.retryAt ?? now + retryMs) - now), node.syncEvery));
      return;
    }
    if (outcome.acted) wake.at(now + pace.turn);
    else if (record.lacksPullSecrets || [...record.containers.values()].some(isUnready)) again(node.syncEvery);
    if (record.volumes.mayChange) due(refreshAt);
  }

  async function terminate(): Promise<void> {
    stopping.abort();
    tell();
    await killAll(record, grace);
    if (record.sandbox !== 'none') {
      await clock.sleep(pace.clear, record.gone);
      record.sandbox = 'stopped';
    }
    tell();
    record.isTerminated = true;
    tell();
    terminated.resolve();
    await writer.idle();
    while (!isBeingDeleted(record.pod)) {
      await wake.due();
      writer.tell();
    }
    await remove();
  }

  async function remove(): Promise<void> {
    const { name, namespace = '', uid = '' } = record.pod.metadata;
    try {
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      await node.client.delete({ resource: 'pods', name, namespace }, options);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 404 || error.code === 409) return;
      await clock.sleep(retryMs, record.gone);
      await remove();
    }
  }

  function update(pod: Pod): void {
    const wasDeleted = isBeingDeleted(record.pod);
    record.pod = pod;
    takeOver(pod);
    if (isBeingDeleted(pod) && !wasDeleted) stop();
  }

  /** Of a container of a pod that is there, only the image may change. */
  function takeOver({ spec }: Pod): void {
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      const one = record.containers.get(container.name);
      if (!one || one.spec.image === container.image) continue;
      one.spec = container;
      wake.at(clock.now() + pace.turn);
    }
  }

  function stop(): void {
    stopping.abort();
    wake.at(clock.now());
  }

  void live().catch(unless(record.gone));
  wake.at(clock.now());
  return {
    record,
    update,
    evict(eviction, graceSeconds) {
      record.eviction ??= eviction;
      grace = graceSeconds;
      stop();
      return terminated.promise;
    },
    lookAgain: () => wake.at(clock.now()),
    abandon() {
      record.forget();
      stopping.abort();
      terminated.resolve();
    },
  };
}

function isUnready(one: Parameters<typeof isRunning>[0]): boolean {
  const run = currentRun(one);
  if (!run || !isRunning(one) || !one.spec.readinessProbe) return false;
  return hasStarted(one.spec, run) && run.probes.readiness !== true;
}

/** What a signal has interrupted is over; any other error is a bug, and goes to the top. */
function unless(signal: AbortSignal): (error: unknown) => void {
  return error => {
    if (!signal.aborted) throw error;
  };
}
