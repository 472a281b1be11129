import type { KubeEvent, KubeObject, Node, Pod } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { createScheduler } from '../../../src/simulation/scheduler/scheduler.ts';

/** An API and a scheduler, and nothing else: nobody runs the pods. */
export function createStage() {
  const clock = createVirtualClock({ start: Date.parse('2026-03-01T10:00:00Z') });
  const client = createApiServer({ clock }).client();
  const scheduler = createScheduler({ client, clock });

  async function podOf(name: string): Promise<Pod> {
    const pod = await client.get<Pod>('pods', name, 'default');
    if (!pod) throw new Error(`expected a pod ${name}, got none`);
    return pod;
  }

  return {
    client,
    async run(seconds: number) {
      clock.start();
      await clock.sleep(seconds * 1000);
      clock.stop();
    },
    async node(name: string, { labels = {}, allocatable = {}, spec = {} }: NodeSays = {}) {
      const created = client.create<Node>('nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
        spec,
        status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
      });
      // As the node controller does once the node is ready; here nobody gets to see the taint.
      const target = { resource: 'nodes', name };
      const taken = client.patch<Node>(target, { type: 'merge', body: { spec: { taints: spec?.taints ?? null } } });
      await Promise.all([created, taken]);
    },
    async pod(name: string, spec: Partial<Pod['spec']> = {}, labels: Record<string, string> = {}) {
      const body: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels },
        spec: { containers: [{ name: 'main', image: 'registry.example/demo:1' }], ...spec },
      };
      return client.create<Pod>('pods', body);
    },
    create: <T extends KubeObject>(resource: string, object: T) => client.create<T>(resource, object),
    podOf,
    nodeOf: async (name: string) => (await podOf(name)).spec.nodeName,
    async refusal(name: string) {
      const { status } = await podOf(name);
      return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    },
    async events(name: string) {
      const { items } = await client.list<KubeEvent>('events', { namespace: 'default' });
      return items.filter(({ involvedObject }) => involvedObject.name === name);
    },
    async delete(name: string) {
      await client.delete({ resource: 'pods', name, namespace: 'default' }, { gracePeriodSeconds: 0 });
    },
    stop() {
      scheduler.stop();
      clock.stop();
    },
  };
}

interface NodeSays {
  labels?: Record<string, string>;
  allocatable?: Record<string, string>;
  spec?: Node['spec'] & object;
}

export type Stage = ReturnType<typeof createStage>;

export function asking(requests: Record<string, string>, more: Partial<Pod['spec']> = {}): Partial<Pod['spec']> {
  return { containers: [{ name: 'main', image: 'registry.example/demo:1', resources: { requests } }], ...more };
}
