import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../src/lib/clock.ts';
import { listen } from '../../src/server/listen.ts';
import { entranceOf, folderOfTest, newCertificate } from '../server/entrance_of.ts';
import { bench } from '../server/support.ts';
import { freePort } from '../support/free_port.ts';
import { launch } from './process.ts';
import { alertmanagerPrograms } from './programs.ts';

type Folder = ReturnType<typeof folderOfTest>;

/** A real Alertmanager that sends each alert by itself, at once. */
async function startAlertmanager({ path, put }: Folder, webhook: { url: string; http_config: object }) {
  const config = put(
    'alertmanager.yml',
    stringify({
      route: { receiver: 'alertwright', group_by: ['...'], group_wait: '0s', group_interval: '30s' },
      receivers: [{ name: 'alertwright', webhook_configs: [webhook] }],
    }),
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const { alertmanager, cwd } = alertmanagerPrograms();
  const listening = [`--web.listen-address=${new URL(url).host}`, '--cluster.listen-address='];
  const running = await launch({
    name: 'Alertmanager',
    program: alertmanager,
    args: [`--config.file=${config}`, `--storage.path=${join(path, 'data')}`, ...listening],
    cwd,
    ready: () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
  });
  onTestFinished(() => running.stop());
  return {
    async fire(...pods: string[]) {
      const alerts = pods.map(pod => ({ labels: { alertname: 'Down', namespace: 'shop', pod } }));
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(alerts) });
      expect(answer.status).toBe(200);
    },
  };
}

/** How many alerts have become part of an incident. */
function takenIn({ store }: ReturnType<typeof bench>): number {
  return store.incidents.list({ limit: 1000 }).reduce((sum, { alertCount }) => sum + alertCount, 0);
}

test('a real Alertmanager shows certificate and password, and follows when they change', async () => {
  const folder = folderOfTest();
  const { put } = folder;
  const server = newCertificate();
  const client = newCertificate();
  const tls = {
    certFile: put('server.crt', server.certificate),
    keyFile: put('server.key', server.key),
    clientCaFile: put('client.crt', client.certificate),
  };
  const passwordFile = put('passwords', 'monday\n');
  const auth = { token: 'a-person', webhook: { users: [{ name: 'alertmanager', passwordFile }] } };
  const entrance = entranceOf({ tls, auth });
  const desk = bench({ entrance });
  const url = await listen(desk.server, { host: '127.0.0.1', port: 0 }, entrance.access);

  const alertmanager = await startAlertmanager(folder, {
    url: `${url}/api/v2/webhook/alertmanager`,
    http_config: {
      basic_auth: { username: 'alertmanager', password_file: put('password', 'monday') },
      tls_config: { ca_file: tls.certFile, cert_file: tls.clientCaFile, key_file: put('client.key', client.key) },
    },
  });
  await alertmanager.fire('cart-1');
  await expect.poll(() => takenIn(desk), { timeout: 20_000 }).toBe(1);

  put('passwords', 'monday\ntuesday\n');
  const tuesday = `Basic ${Buffer.from('alertmanager:tuesday').toString('base64')}`;
  await expect.poll(() => entrance.access.credentials?.powerOf(tuesday), { timeout: 10_000 }).toBe('deliver');
  put('password', 'tuesday');
  await alertmanager.fire('cart-2');
  await expect.poll(() => takenIn(desk), { timeout: 20_000 }).toBe(2);
});

test('over the limit a real Alertmanager tries again, and every alert arrives within one turn of its groups', async () => {
  const folder = folderOfTest();
  const entrance = entranceOf({ limits: { webhook: { perSecond: 5, burst: 5 } } });
  const desk = bench({ entrance });
  let putOff = 0;
  desk.server.addHook('onResponse', async (_request, { statusCode }) => {
    if (statusCode === 503) putOff += 1;
  });
  const url = await listen(desk.server, { host: '127.0.0.1', port: 0 }, entrance.access);
  const alertmanager = await startAlertmanager(folder, { url: `${url}/webhook`, http_config: {} });
  const began = systemClock.now();
  await alertmanager.fire(...Array.from({ length: 40 }, (_, index) => `pod-${index}`));
  await expect.poll(() => takenIn(desk), { timeout: 60_000, interval: 200 }).toBe(40);
  expect(putOff).toBeGreaterThan(0);
  // The next turn would come only after the group interval, 30 seconds.
  expect(systemClock.now() - began).toBeLessThan(30_000);
});
