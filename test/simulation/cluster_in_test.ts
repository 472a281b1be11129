import type { KubeEvent, KubeObject, Node } from '../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../src/lib/virtual_clock.ts';
import type { UserToken } from '../../src/simulation/api/auth/access.ts';
import { createApiServer } from '../../src/simulation/api/server.ts';
import { startControllers } from '../../src/simulation/controllers/controllers.ts';
import { createKubelet, logsOf } from '../../src/simulation/kubelet/kubelet.ts';
import type { ProgramInput } from '../../src/simulation/programs/program.ts';
import { createWorld, type ExternalHost } from '../../src/simulation/programs/world.ts';
import { createScheduler } from '../../src/simulation/scheduler/scheduler.ts';
import { createNetwork } from '../../src/simulation/traffic/network.ts';

export const start = Date.parse('2026-03-01T10:00:00Z');

/** A whole cluster in memory, whose time runs only inside `run` and `until`. */
export async function createTestCluster(options: {
  programs: ProgramInput[];
  hosts?: ExternalHost[];
  nodes?: Node[];
  syncSeconds?: number;
  images?: string[];
  tokens?: UserToken[];
}) {
  const clock = createVirtualClock({ start });
  const server = createApiServer({ clock, ...(options.tokens ? { tokens: options.tokens } : {}) });
  const client = server.client();
  const world = createWorld(options);
  const deps = { client, clock };
  const controllers = [startControllers(deps), createScheduler(deps)];
  const network = createNetwork({ client, world });
  const { syncSeconds = 2, images = [] } = options;
  const kubelets = (options.nodes ?? [nodeNamed('node1')]).map(node =>
    createKubelet({ ...deps, world, network, node, syncSeconds, images }),
  );
  for (const { registered } of kubelets) await registered;
  server.setLogSource(logsOf(kubelets));

  async function run(seconds: number): Promise<void> {
    clock.start();
    await clock.sleep(seconds * 1000);
    clock.stop();
  }

  return {
    ...deps,
    listen: server.listen,
    world,
    network,
    kubelets,
    run,
    seconds: () => (clock.now() - start) / 1000,
    /** Lets time run until `condition` holds; fails after `limit` seconds of the cluster's time. */
    async until(condition: () => Promise<boolean>, limit = 600): Promise<void> {
      for (let waited = 0; !(await condition()); waited++) {
        if (waited >= limit) throw new Error(`expected the condition to hold within ${limit} s, and it didn't`);
        await run(1);
      }
    },
    async apply<T extends KubeObject>(object: T): Promise<T> {
      const namespace = object.metadata.namespace ?? 'default';
      return client.create<T>(resourceOf(object.kind), { ...object, metadata: { ...object.metadata, namespace } });
    },
    async eventsOf(name: string): Promise<KubeEvent[]> {
      const { items } = await client.list<KubeEvent>('events', { namespace: 'default' });
      return items.filter(({ involvedObject }) => involvedObject.name === name);
    },
    stop() {
      for (const part of [...controllers, ...kubelets]) part.stop();
      network.stop();
      clock.stop();
    },
  };
}

export type TestCluster = Awaited<ReturnType<typeof createTestCluster>>;

export function nodeNamed(
  name: string,
  more: { cpu?: string; memory?: string; labels?: Record<string, string> } = {},
): Node {
  const { cpu = '4', memory = '8Gi', labels = {} } = more;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status: { capacity: { cpu, memory, pods: '110' } },
  };
}

function resourceOf(kind: string): string {
  const plural = `${kind.toLowerCase()}s`;
  return kind === 'Deployment' || kind === 'ReplicaSet' ? `${plural}.apps` : plural;
}
