import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { ApiClient } from '../../src/simulation/api/client.ts';
import { type ApiServer, createApiServer } from '../../src/simulation/api/server.ts';

const namespace = 'default';

/** A way to a server that can be cut, or lead to another one. */
async function createWay() {
  let port = 0;
  const sockets = new Set<Socket>();
  const way: Server = createServer(near => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).on('close', () => near.destroy());
    far.pipe(near).on('close', () => far.destroy());
  });
  await new Promise<void>(done => way.listen(0, '127.0.0.1', done));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    way.close();
  });
  const address = way.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port, got none');
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    leadTo: (url: string) => {
      port = Number(new URL(url).port);
    },
  };
}

function informerOf(url: string): Informer<V1ConfigMap> & ObjectCache<V1ConfigMap> {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'embedded', server: url, skipTLSVerify: true }, { name: 'nobody' });
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    core.listNamespacedConfigMap({ namespace }),
  );
  // What its makers tell everybody to do: it stops at an error, and is started again.
  informer.on('error', () => void systemClock.sleep(50).then(() => informer.start()));
  onTestFinished(() => informer.stop());
  return informer;
}

async function serve(server: ApiServer) {
  const { url, close } = await server.listen();
  onTestFinished(close);
  return { url, close };
}

const put = (client: ApiClient, name: string) =>
  client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });
const remove = (client: ApiClient, name: string) => client.delete({ resource: 'configmaps', name, namespace });

function named(informer: ObjectCache<V1ConfigMap>): string {
  const names = informer.list(namespace).map(({ metadata }) => metadata?.name ?? '');
  return names
    .filter(name => name !== 'kube-root-ca.crt')
    .sort()
    .join(' ');
}

const patience = { timeout: 20_000, interval: 20 };

test('an informer of the official client goes on where it was when its watch is cut', async () => {
  const server = createApiServer({ clock: systemClock });
  const client = server.client();
  const way = await createWay();
  way.leadTo((await serve(server)).url);
  const informer = informerOf(way.url);
  const added: string[] = [];
  informer.on('add', ({ metadata }) => added.push(metadata?.name ?? ''));
  await put(client, 'a');
  await informer.start();
  await expect.poll(() => named(informer), patience).toBe('a');
  for (const name of ['b', 'c', 'd']) {
    way.cut();
    await put(client, name);
    await expect.poll(() => named(informer), patience).toContain(name);
  }
  await remove(client, 'a');
  await expect.poll(() => named(informer), patience).toBe('b c d');
  expect(added).toEqual(['a', 'b', 'c', 'd']);
});

test('it lists again when the server has forgotten the version that it knows', async () => {
  const server = createApiServer({ clock: systemClock, historyLimit: 4 });
  const client = server.client();
  const way = await createWay();
  const { url } = await serve(server);
  way.leadTo(url);
  const informer = informerOf(way.url);
  await put(client, 'a');
  await informer.start();
  await expect.poll(() => named(informer), patience).toBe('a');
  const { resourceVersion: known } = await client.list('configmaps');
  way.leadTo('http://127.0.0.1:1');
  way.cut();
  await remove(client, 'a');
  for (let i = 0; i < 20; i++) await put(client, `n${i}`);
  const asked = await fetch(`${url}/api/v1/configmaps?watch=true&resourceVersion=${known}`);
  expect(await asked.text()).toContain('"code":410');
  way.leadTo(url);
  await expect.poll(() => informer.list(namespace).length, patience).toBeGreaterThanOrEqual(20);
  expect(named(informer)).not.toMatch(/\ba\b/);
});

test('it goes on when the server was away, and is back with all that it had', async () => {
  const server = createApiServer({ clock: systemClock });
  const client = server.client();
  const way = await createWay();
  const before = await serve(server);
  way.leadTo(before.url);
  const informer = informerOf(way.url);
  await put(client, 'a');
  await informer.start();
  await expect.poll(() => named(informer), patience).toBe('a');
  await before.close();
  await remove(client, 'a');
  await put(client, 'b');
  way.leadTo((await serve(server)).url);
  await expect.poll(() => named(informer), patience).toBe('b');
});
