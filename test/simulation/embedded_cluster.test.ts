import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createVirtualClock, type VirtualClock } from '../../src/lib/virtual_clock.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/simulation/embedded_cluster.ts';
import { loadScenario } from '../../src/simulation/scenario/load.ts';
import { rollBack } from '../../src/simulation/scenario/rollout.ts';
import type { AlertmanagerBody } from '../../src/simulation/signals/alertmanager_body.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(name: string): Promise<{ cluster: EmbeddedCluster; clock: VirtualClock }> {
  const clock = createVirtualClock({ start: Date.parse('2026-03-03T02:00:00Z') });
  clock.start();
  const cluster = await startEmbeddedCluster({ scenario: loadScenario(name), clock });
  closers.push(clock.stop, cluster.close);
  await cluster.settle();
  return { cluster, clock };
}

/** A webhook that answers 503 at first, so that the sender has to try again. */
async function webhook(refusals: number) {
  const bodies: AlertmanagerBody[] = [];
  let left = refusals;
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as AlertmanagerBody;
    left -= 1;
    if (left < 0) bodies.push(body);
    response.writeHead(left < 0 ? 200 : 503).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`, bodies };
}

test('posts alerts while the fault lasts, resolves every one of them after it, and keeps a record', async () => {
  const { cluster, clock } = await start('bad-image-tag');
  const { url, bodies } = await webhook(2);
  cluster.alertTo(url);
  await cluster.injectFault();
  await clock.sleep(900_000);
  expect(bodies.map(({ status }) => status)).toEqual(['firing', 'firing', 'firing']);
  await rollBack(cluster.client, { kind: 'Deployment', namespace: 'shop', name: 'storefront' });
  await clock.sleep(600_000);
  expect(cluster.firingAlerts()).toEqual([]);
  expect(cluster.sentAlerts()).toEqual(bodies);
  const state = new Map(bodies.flatMap(({ alerts }) => alerts.map(one => [one.fingerprint, one.status] as const)));
  expect(state.size).toBe(3);
  expect(new Set(state.values())).toEqual(new Set(['resolved']));
});

test('comes up without a single alert, and stays quiet until something happens', async () => {
  const { cluster, clock } = await start('payment-provider-down');
  const { url, bodies } = await webhook(0);
  cluster.alertTo(url);
  await clock.sleep(1_800_000);
  expect(bodies).toEqual([]);
});

test('answers over HTTP where its kubeconfig says', async () => {
  const { cluster } = await start('bad-image-tag');
  const config = parse(cluster.kubeconfig());
  expect(config.contexts[0].context).toMatchObject({ namespace: 'shop', cluster: config.clusters[0].name });
  const response = await fetch(`${config.clusters[0].cluster.server}/apis/apps/v1/namespaces/shop/deployments`);
  const names = ((await response.json()) as { items: { metadata: { name: string } }[] }).items.map(
    one => one.metadata.name,
  );
  expect(names).toEqual(['cart', 'catalog', 'checkout', 'payments-gateway', 'storefront']);
});

test('does not judge what has not happened', async () => {
  const { cluster } = await start('bad-image-tag');
  await expect(cluster.judge({ state: 'resolved' })).rejects.toThrow('expected settle and injectFault before judge');
});
