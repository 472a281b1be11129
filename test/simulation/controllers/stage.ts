import type { KubeEvent, KubeObject, Node, Pod, PodTemplate } from '../../../src/kubernetes/objects.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { timestamp } from '../../../src/lib/timestamp.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { type ApiClient, ApiError } from '../../../src/simulation/api/client.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { startControllers } from '../../../src/simulation/controllers/controllers.ts';

const start = Date.parse('2026-03-01T10:00:00Z');

/**
 * An API server with all controllers and with a player in the place of scheduler and nodes, which does what a pod's
 * first container says in its args: ["run"], ["succeed", SECONDS], ["fail", SECONDS, CODE], ["stuck"].
 */
export function createStage(options: { nodes?: string[]; watchesAreLateMs?: number } = {}) {
  const clock = createVirtualClock({ start });
  const server = createApiServer({ clock });
  const client = server.client();
  const nodes = options.nodes ?? ['node1', 'node2', 'node3'];
  const controllers = startControllers({ client: late(client, clock, options.watchesAreLateMs ?? 0), clock });
  const stopPlayer = play(client, clock, nodes);
  for (const name of nodes) void client.create<Node>('nodes', node(name));
  const stopHeart = beat(client, clock);

  async function run(seconds: number): Promise<void> {
    clock.start();
    await clock.sleep(seconds * 1000);
    clock.stop();
  }

  async function listAll<T extends KubeObject>(resource: string): Promise<T[]> {
    return (await client.list<T>(resource, { namespace: 'default' })).items;
  }

  return {
    client,
    clock,
    listen: server.listen,
    run,
    list: listAll,
    seconds: () => (clock.now() - start) / 1000,
    async create<T extends KubeObject>(resource: string, object: unknown): Promise<T> {
      const { metadata, ...rest } = object as T;
      return client.create<T>(resource, { ...rest, metadata: { ...metadata, namespace: 'default' } } as T);
    },
    async get<T extends KubeObject>(resource: string, name: string): Promise<T> {
      const found = await client.get<T>(resource, name, 'default');
      if (!found) throw new Error(`expected ${resource} ${name}, got nothing`);
      return found;
    },
    patch: <T extends KubeObject>(resource: string, name: string, body: unknown) =>
      client.patch<T>({ resource, name, namespace: 'default' }, { type: 'merge', body }),
    /** Pods that are not on their way out, by name. */
    async pods(): Promise<Pod[]> {
      return (await listAll<Pod>('pods')).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    },
    async until(condition: () => Promise<boolean>, limit = 600): Promise<void> {
      for (let waited = 0; !(await condition()); waited++) {
        if (waited >= limit) throw new Error(`expected the condition to hold within ${limit} s, and it didn't`);
        await run(1);
      }
    },
    async events(name: string): Promise<string[]> {
      const items = (await listAll<KubeEvent>('events')).filter(one => one.involvedObject.name === name);
      return items.map(({ reason, message }) => `${reason}: ${message}`);
    },
    stop() {
      stopPlayer();
      stopHeart();
      controllers.stop();
      clock.stop();
    },
  };
}

export type Stage = ReturnType<typeof createStage>;

export function node(name: string, labels: Record<string, string> = {}): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } } };
}

export function templateOf(
  name: string,
  args: readonly string[] = ['run'],
  restartPolicy: 'Always' | 'Never' | 'OnFailure' = 'Always',
): PodTemplate {
  const containers = [{ name: 'main', image: 'registry.example/demo:1', args: [...args] }];
  return { metadata: { labels: { app: name } }, spec: { containers, restartPolicy } };
}

/** The same client, as over a slow network: everything that a watch tells comes later. */
function late(client: ApiClient, clock: Clock, ms: number): ApiClient {
  if (ms === 0) return client;
  return {
    ...client,
    watch(resource, onEvent, query) {
      let isStopped = false;
      const stop = client.watch<never>(
        resource,
        event => void clock.sleep(ms).then(() => isStopped || onEvent(event)),
        query,
      );
      return () => {
        isStopped = true;
        stop();
      };
    },
  };
}

/** Every node says now and then that it is well. */
function beat(client: ApiClient, clock: Clock): () => void {
  const stopped = new AbortController();
  async function keepBeating(): Promise<void> {
    for (;;) {
      const now = timestamp(clock.now());
      const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: now };
      const { items } = await client.list<Node>('nodes');
      for (const { metadata } of items) {
        const body = { status: { conditions: [ready] } };
        await client.patch({ resource: 'nodes', name: metadata.name }, { type: 'merge', subresource: 'status', body });
      }
      await clock.sleep(15_000, stopped.signal);
    }
  }
  keepBeating().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return () => stopped.abort();
}

function play(client: ApiClient, clock: Clock, nodes: string[]): () => void {
  const known = new Map<string, AbortController>();
  let turn = 0;
  const stopWatch = client.watch<Pod>('pods', ({ type, object: pod }) => {
    const uid = pod.metadata.uid ?? '';
    if (type === 'DELETED') known.get(uid)?.abort();
    else if (!known.has(uid)) known.set(uid, live(pod));
    else if (pod.metadata.deletionTimestamp !== undefined) known.get(uid)?.abort();
  });

  function live(pod: Pod): AbortController {
    const ended = new AbortController();
    perform(pod, ended.signal)
      .catch((error: unknown) => {
        if (!ended.signal.aborted && !(error instanceof ApiError && (error.code === 404 || error.code === 409)))
          throw error;
      })
      .then(() => (ended.signal.aborted ? leave(pod) : undefined));
    return ended;
  }

  async function perform(pod: Pod, signal: AbortSignal): Promise<void> {
    if (!pod.spec.nodeName) await client.bind(pod, pinned(pod) ?? nodes[turn++ % nodes.length]!);
    await clock.sleep(1000, signal);
    const [what = 'run', after = '0', code = '1'] = pod.spec.containers[0]?.args ?? [];
    if (what === 'stuck') return untilAborted(clock, signal);
    await tell(pod, { phase: 'Running' }, true);
    if (what !== 'succeed' && what !== 'fail') return untilAborted(clock, signal);
    await clock.sleep(Number(after) * 1000, signal);
    await tell(
      pod,
      { phase: what === 'succeed' ? 'Succeeded' : 'Failed' },
      false,
      what === 'succeed' ? 0 : Number(code),
    );
    return untilAborted(clock, signal);
  }

  async function tell(pod: Pod, status: object, ready: boolean, exitCode?: number): Promise<void> {
    const now = timestamp(clock.now());
    const { name, namespace = '', uid } = pod.metadata;
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: now }];
    const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: now, finishedAt: now };
    const state = exitCode === undefined ? { running: { startedAt: now } } : { terminated };
    const containerStatuses = [{ name: 'main', image: '', imageID: '', ready, restartCount: 0, state, lastState: {} }];
    await client.patch(
      { resource: 'pods', name, namespace },
      {
        type: 'merge',
        subresource: 'status',
        body: { metadata: { uid }, status: { ...status, conditions, containerStatuses } },
      },
    );
  }

  /** Stops what runs, says so, and lets go. */
  async function leave(pod: Pod): Promise<void> {
    await clock.sleep(1000);
    const { name, namespace = '', uid = '' } = pod.metadata;
    const latest = await client.get<Pod>('pods', name, namespace);
    if (latest?.metadata.uid !== uid) return;
    if (!latest.spec.nodeName) return;
    const phase = latest.status?.phase;
    if (phase === 'Running' || phase === 'Pending')
      await tell(pod, { phase: 'Failed' }, false, 137).catch(() => undefined);
    await client
      .delete({ resource: 'pods', name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } })
      .catch(() => undefined);
  }

  return () => {
    stopWatch();
    for (const ended of known.values()) ended.abort();
  };
}

function pinned({ spec }: Pod): string | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0];
}

function untilAborted(clock: Clock, signal: AbortSignal): Promise<void> {
  return clock.sleep(1e12, signal);
}
