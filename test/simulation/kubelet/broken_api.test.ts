import { expect, test } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import type { ApiClient, ListOptions, WatchEvent } from '../../../src/simulation/api/client.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { createKubelet } from '../../../src/simulation/kubelet/kubelet.ts';
import { createWorld } from '../../../src/simulation/programs/world.ts';
import { nodeNamed, start } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { configMap, podNamed } from './pods.ts';

/** Fails every third call, as a network does, and tells every watch its pods twice. */
function unreliable(client: ApiClient): ApiClient {
  let calls = 0;
  const shaky =
    <A extends unknown[], R>(call: (...query: A) => Promise<R>) =>
    async (...query: A): Promise<R> => {
      calls++;
      if (calls % 3 === 0) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      return call(...query);
    };
  return {
    ...client,
    get: shaky(client.get) as ApiClient['get'],
    patch: shaky(client.patch) as ApiClient['patch'],
    delete: shaky(client.delete),
    watch<T extends KubeObject>(resource: string, onEvent: (event: WatchEvent<T>) => void, query?: ListOptions) {
      const twice = (event: WatchEvent<T>) => {
        onEvent(event);
        if (event.type !== 'DELETED') onEvent({ ...event, type: 'ADDED' });
      };
      return client.watch<T>(resource, twice, query);
    },
  };
}

test('a kubelet gets its pods up and down again over a connection that breaks all the time', async () => {
  const clock = createVirtualClock({ start });
  const client = createApiServer({ clock }).client();
  await client.create('configmaps', configMap('kube-root-ca.crt', { 'ca.crt': '' }));
  const world = createWorld({ programs: [demo] });
  const kubelet = createKubelet({ client: unreliable(client), clock, world, node: nodeNamed('node1') });
  await kubelet.registered;
  const run = async (seconds: number) => {
    clock.start();
    await clock.sleep(seconds * 1000);
    clock.stop();
  };
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'conf', key: 'k', optional: true } } }];
  const names = ['a', 'b', 'c'];
  for (const name of names) await client.create('pods', podNamed(name, { env }, { nodeName: 'node1' }));
  await run(120);
  const pods = await client.list<Pod>('pods');
  expect(pods.items.map(({ status }) => [status?.phase, status?.containerStatuses?.[0]?.restartCount])).toEqual(
    names.map(() => ['Running', 0]),
  );
  for (const name of names) await client.delete({ resource: 'pods', name, namespace: 'default' });
  await run(180);
  expect((await client.list<Pod>('pods')).items).toEqual([]);
  kubelet.stop();
});
