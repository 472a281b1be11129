import { expect, onTestFinished, test } from 'vitest';
import type { Alertmanager } from '../../../src/alertmanager/alertmanager.ts';
import { connectAlertmanager } from '../../../src/alertmanager/connect.ts';
import type { Alert } from '../../../src/alerts/alert.ts';
import { openSqliteStore } from '../../../src/durable/sqlite/open_store.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { createFake, inProcess } from '../../alertmanager/fake.ts';
import { alertFor } from '../../support/incidents.ts';
import { stillClock } from './ask.ts';
import { createWorld, now } from './world.ts';

const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
const crash = (fingerprint: string, labels: Record<string, string>, more: Partial<Alert> = {}) =>
  alertFor({ severity: 'critical', ...labels }, { fingerprint, startsAt: ago(12), ...more });

async function asking(alerts: Alert[], alertmanagers: Alertmanager[] = []) {
  const store = openSqliteStore({ path: ':memory:', clock: stillClock, log: silentLog, workflows: {} });
  onTestFinished(() => store.close());
  for (const alert of alerts) store.alerts.put({ alert, heardAt: now });
  const registry = await connectTools({
    clusterFor: () => createWorld([]),
    clock: stillClock,
    log: silentLog,
    instruments: { alerts: { book: store.alerts, alertmanagers } },
  });
  onTestFinished(() => registry.close());
  return async (args: Record<string, unknown>) => (await registry.call('list_related_alerts', args)).text;
}

const shop = [
  crash('a', { namespace: 'shop', pod: 'cart-7d9f8b6c5-x2x4z' }, { annotations: { summary: 'a pod of cart crashes' } }),
  crash('b', { namespace: 'shop', pod: 'cart-7d9f8b6c5-bbbbb' }, { startsAt: ago(40) }),
  crash('c', { namespace: 'shop', deployment: 'cart', alertname: 'NoReplicas' }, { startsAt: ago(3) }),
  crash('d', { namespace: 'shop', pod: 'cart-admin-7d9f8b6c5-ccccc' }),
  crash(
    'e',
    { namespace: 'shop', deployment: 'cart', alertname: 'Slow' },
    { status: 'resolved', endsAt: ago(60), startsAt: ago(90) },
  ),
  crash(
    'f',
    { namespace: 'shop', deployment: 'cart', alertname: 'Old' },
    { status: 'resolved', endsAt: ago(600), startsAt: ago(900) },
  ),
  crash('g', { namespace: 'other', node: 'node-1', alertname: 'NodeNotReady', token: 'hunter2secretvalue' }),
  crash('h', { instance: 'node-1:9100', alertname: 'DiskFull' }),
];

test('what fires about a workload goes first, then what ended, the same about the same thing once', async () => {
  const ask = await asking(shop);
  const text = await ask({ namespace: 'shop', name: 'cart' });
  expect(text).toBe(
    `Alerts around cart in shop: 3 firing, 1 ended in the last 6h (from what was sent to us).
Firing elsewhere: KubePodCrashLooping.
firing for 3m: NoReplicas (critical) about Deployment shop/cart
firing for 12m: KubePodCrashLooping (critical) x2 about Deployment shop/cart [2 pods: cart-7d9f8b6c5-x2x4z, cart-7d9f8b6c5-bbbbb]: a pod of cart crashes
ended 60m ago after 30m: Slow (critical) about Deployment shop/cart`,
  );
  expect(text.length / 4).toBeLessThan(150);
});

test('a pod stands for its workload, and a namespace or a node for all in it', async () => {
  const ask = await asking(shop);
  const ofPod = await ask({ namespace: 'shop', pod: 'cart-7d9f8b6c5-x2x4z' });
  expect(ofPod).toContain('1 pod: cart-7d9f8b6c5-x2x4z]');
  expect(ofPod).toContain('NoReplicas');
  expect(ofPod).not.toContain('bbbbb');
  expect(await ask({ namespace: 'shop' })).toMatch(/^Alerts around shop: 4 firing, 1 ended/);
  const ofNode = await ask({ node: 'node-1' });
  expect(ofNode).toMatch(/^Alerts around node node-1: 2 firing, 0 ended/);
  expect(ofNode).toContain('DiskFull');
  expect(await ask({})).toMatch(/^Alerts around all namespaces: 6 firing/);
});

test('nothing there is said, with what there is elsewhere', async () => {
  expect(await (await asking([]))({ namespace: 'shop' })).toBe(
    'Alerts around shop: 0 firing, 0 ended in the last 6h (from what was sent to us).',
  );
  expect(await (await asking(shop))({ name: 'billing' })).toContain('Firing elsewhere: KubePodCrashLooping x3, ');
});

test('what Alertmanager silences, inhibits or sends to others is marked as such', async () => {
  const fake = createFake(stillClock);
  const labels = (alertname: string) => ({ alertname, namespace: 'shop', deployment: 'cart' });
  fake.put('c', { labels: labels('NoReplicas') });
  fake.put('s', { labels: labels('Muffled'), status: { state: 'suppressed', silencedBy: ['x'], inhibitedBy: [] } });
  fake.put('i', { labels: labels('Minor'), status: { state: 'suppressed', silencedBy: [], inhibitedBy: ['x'] } });
  fake.put('o', { labels: labels('Theirs'), receivers: [{ name: 'team-x' }] });
  const ask = await asking(shop, [inProcess(fake, stillClock)]);
  const text = await ask({ namespace: 'shop', name: 'cart' });
  expect(text).toContain('4 firing, 1 ended in the last 6h (from what was sent to us and what Alertmanager has now)');
  expect(text).toContain('2 alerts not shown: silenced or inhibited (include_silenced=true).');
  expect(text).toContain('firing for 2m, not sent to us (goes to team-x): Theirs about Deployment shop/cart');
  expect(text.match(/NoReplicas/g)).toHaveLength(1);
  const all = await ask({ namespace: 'shop', name: 'cart', include_silenced: 'true' });
  expect(all).toContain('firing for 2m, silenced');
  expect(all).toContain('firing for 2m, inhibited');
});

test('an Alertmanager that does not answer leaves what was sent to us, and is said', async () => {
  const alertmanager = connectAlertmanager({ url: 'http://127.0.0.1:1', timeoutMs: 1000 });
  onTestFinished(alertmanager.close);
  const ask = await asking(shop, [alertmanager]);
  const text = await ask({ namespace: 'shop', name: 'cart' });
  expect(text).toContain('3 firing, 1 ended in the last 6h (from what was sent to us).');
  expect(text).toMatch(
    /\(the Alertmanager at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*: this is what was sent to us\)/,
  );
});

test('thousands of alerts fit, the newest of them, and secrets do not show', async () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    crash(
      `m${index}`,
      { namespace: 'shop', deployment: `d${index}` },
      {
        startsAt: new Date(now - 1000 * index).toISOString(),
        annotations: { summary: `password=hunter2secret${index}` },
      },
    ),
  );
  const text = await (await asking(many))({ namespace: 'shop' });
  expect(text.length / 4).toBeLessThan(620);
  expect(text).toMatch(/more left out/);
  expect(text).toMatch(/only the newest 1000 alerts that fire were looked through/);
  expect(text).not.toContain('hunter2');
});

test('it is not offered where no alerts are taken in', async () => {
  const registry = await connectTools({ clusterFor: () => createWorld([]), clock: stillClock, log: silentLog });
  onTestFinished(() => registry.close());
  expect(registry.offered().map(({ name }) => name)).not.toContain('list_related_alerts');
});
