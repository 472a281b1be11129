import type { Condition, Container, Pod, PodStatus } from '../../kubernetes/objects.ts';
import { canonicalJson } from '../../lib/hash.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { ignoreGone } from '../controllers/gone.ts';
import { type ContainerRequest, keepRunning } from './container.ts';
import { type ContainerLife, createContainerLife } from './container_life.ts';
import { mountProblem } from './environment.ts';
import { containerPath, type NodeContext, pace } from './node_context.ts';
import { podStatus } from './pod_status.ts';

/** One pod on its node, from its arrival to its end. */
export interface PodWorker {
  readonly lives: ReadonlyMap<string, ContainerLife>;
  readonly podIP: string;
  /** The pod as the API now has it: perhaps it is to be deleted. */
  update(pod: Pod): void;
  /** The API has forgotten the pod: everything ends at once. */
  abandon(): void;
}

export function startPod(node: NodeContext, first: Pod, podIP: string): PodWorker {
  const { clock, client, events } = node;
  const stopping = new AbortController();
  const gone = new AbortController();
  const startTime = timestamp(clock.now());
  const init = first.spec.initContainers ?? [];
  const lives = new Map<string, ContainerLife>();
  let latest = first;
  let sandboxReady = false;
  let cleared = false;
  let told: PodStatus | undefined;
  let telling = false;
  for (const container of [...init, ...first.spec.containers]) {
    const reason = init.length > 0 ? 'PodInitializing' : 'ContainerCreating';
    lives.set(container.name, createContainerLife(container, reason, tell));
  }

  function tell(): void {
    if (!telling) void writeStatus();
  }

  /** Writes until what was told is what is so: things may change while the API answers. */
  async function writeStatus(): Promise<void> {
    telling = true;
    for (let status = statusNow(); !gone.signal.aborted && !same(status, told); status = statusNow()) {
      told = status;
      const { name, namespace = '', uid } = first.metadata;
      const body = { metadata: { uid }, status };
      const target = { resource: 'pods', name, namespace };
      await client.patch(target, { type: 'merge', body, subresource: 'status' }).catch(ignoreGone);
    }
    telling = false;
  }

  function statusNow(): PodStatus {
    const statuses = (containers: Container[]) => containers.map(({ name }) => lives.get(name)!.status);
    return podStatus({
      pod: first,
      sandboxReady,
      cleared,
      podIP: sandboxReady ? podIP : undefined,
      hostIP: node.hostIP,
      startTime,
      containers: statuses(first.spec.containers),
      initContainers: statuses(init),
      before: conditionsSoFar(),
      now: timestamp(clock.now()),
    });
  }

  function conditionsSoFar(): Condition[] {
    const mine = told?.conditions ?? [];
    const others = (latest.status?.conditions ?? []).filter(one => !mine.some(({ type }) => type === one.type));
    return [...mine, ...others];
  }

  async function live(): Promise<void> {
    tell();
    await mountVolumes();
    await clock.sleep(pace.sandbox, stopping.signal);
    sandboxReady = true;
    tell();
    for (const container of init) {
      const code = await keepRunning(lives.get(container.name)!, requestFor(container, true));
      if (code !== 0) return;
    }
    // Each has its own time to stop: the pod is over when the last of them is.
    const running = first.spec.containers.map(container =>
      keepRunning(lives.get(container.name)!, requestFor(container, false)).catch(unless(stopping.signal)),
    );
    await Promise.all(running);
  }

  async function mountVolumes(): Promise<void> {
    for (let wait = 500; ; wait = Math.min(wait * 2, 122_000)) {
      const problem = await mountProblem(client, first);
      if (problem === undefined) return;
      events.record(first, { type: 'Warning', reason: 'FailedMount', message: problem });
      await clock.sleep(wait, stopping.signal);
    }
  }

  function requestFor(container: Container, isInit: boolean): ContainerRequest {
    const grace = () => latest.metadata.deletionGracePeriodSeconds ?? first.spec.terminationGracePeriodSeconds ?? 30;
    return { node, pod: first, container, isInit, podIP, grace, stopping: stopping.signal, gone: gone.signal };
  }

  async function finish(): Promise<void> {
    if (gone.signal.aborted) return;
    await clock.sleep(pace.sync, gone.signal);
    cleared = true;
    tell();
    if (stopping.signal.aborted) await remove();
  }

  async function remove(): Promise<void> {
    const { name, namespace = '', uid = '' } = first.metadata;
    await client
      .delete({ resource: 'pods', name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
      .catch(ignoreGone);
  }

  function update(pod: Pod): void {
    latest = pod;
    if (pod.metadata.deletionTimestamp === undefined || stopping.signal.aborted) return;
    for (const [name, { running }] of lives) {
      const fieldPath = containerPath(
        name,
        init.some(one => one.name === name),
      );
      const message = `Stopping container ${name}`;
      if (running) events.record(first, { type: 'Normal', reason: 'Killing', message, fieldPath });
    }
    stopping.abort();
    if (cleared) void remove();
  }

  void live().catch(unless(stopping.signal)).then(finish).catch(unless(gone.signal));
  return {
    lives,
    podIP,
    update,
    abandon() {
      gone.abort();
      stopping.abort();
    },
  };
}

/** What a signal has interrupted is over; any other error is a bug, and goes to the top. */
function unless(signal: AbortSignal): (error: unknown) => void {
  return error => {
    if (!signal.aborted) throw error;
  };
}

function same(a: PodStatus, b: PodStatus | undefined): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
