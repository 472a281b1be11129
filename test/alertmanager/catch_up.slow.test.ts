import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { connectAlertmanager } from '../../src/alertmanager/connect.ts';
import { type App, startApp } from '../../src/app.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openModel, scriptedDiagnostician } from '../../src/model/open_model.ts';
import { labSettings } from '../../src/settings.ts';
import { launch } from '../e2e/process.ts';
import { alertmanagerPrograms, type Release } from '../e2e/programs.ts';
import { folderOfTest } from '../server/entrance_of.ts';
import { freePort } from '../support/free_port.ts';
import { createWorld } from '../tools/kubernetes/world.ts';

const patience = { timeout: 20_000, interval: 100 };
const headers = { 'content-type': 'application/json' };

/** As fast as can be: a real one has to be lived with in real time. */
const settlingMs = 3000;
const rules = { receiver: 'ours', everyMs: 300, apartMs: 1500, settlingMs, quietMs: 200, graceMs: 0, doubtMs: 120_000 };

async function openAlertmanager(release: Release) {
  const { path, put } = folderOfTest();
  const config = put(
    'alertmanager.yml',
    stringify({
      route: { receiver: 'ours', group_by: ['...'], routes: [{ matchers: ['team="x"'], receiver: 'others' }] },
      receivers: [{ name: 'ours' }, { name: 'others' }],
      inhibit_rules: [{ source_matchers: ['alertname="NodeDown"'], target_matchers: ['alertname="Inhibited"'] }],
    }),
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const data = join(path, 'data');
  const { alertmanager: program, cwd } = alertmanagerPrograms(release);
  const listening = [`--web.listen-address=${new URL(url).host}`, '--cluster.listen-address='];
  const args = [`--config.file=${config}`, `--storage.path=${data}`, ...listening];
  const ready = async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true;
  const start = () => launch({ name: 'Alertmanager', program, args, cwd, ready });
  let running = await start();
  onTestFinished(() => running.stop());
  const post = async (what: string, body: unknown) => {
    const answer = await fetch(`${url}/api/v2/${what}`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status, await answer.text()).toBe(200);
  };
  const labels = (name: string) => ({ alertname: name, namespace: 'shop', deployment: name.toLowerCase() });
  return {
    url,
    fire: (name: string, more: Record<string, string> = {}) =>
      post('alerts', [{ labels: { ...labels(name), ...more } }]),
    end: (name: string) =>
      post('alerts', [{ labels: labels(name), endsAt: new Date(systemClock.now() - 1).toISOString() }]),
    silence: (name: string) =>
      post('silences', {
        matchers: [{ name: 'alertname', value: name, isRegex: false }],
        startsAt: new Date(systemClock.now() - 1000).toISOString(),
        endsAt: new Date(systemClock.now() + 3_600_000).toISOString(),
        createdBy: 'test',
        comment: 'test',
      }),
    async restartEmpty() {
      await running.stop();
      rmSync(data, { recursive: true, force: true });
      running = await start();
    },
  };
}

async function openApp(url: string, database: string): Promise<App> {
  const alertmanager = connectAlertmanager({ url, timeoutMs: 2000 });
  const { model, close } = await openModel(scriptedDiagnostician);
  const cluster = { ...createWorld([]), patch: notHere, dryRun: notHere, create: notHere, close: async () => {} };
  const parts = { cluster, model, alertmanagers: [alertmanager], clock: systemClock, log: silentLog };
  const app = await startApp(parts, { ...labSettings, database, catchUp: rules });
  return {
    ...app,
    async stop() {
      await app.stop();
      await close();
      await alertmanager.close();
    },
  };
}

const notHere = () => Promise.reject(new Error('nothing can be changed here'));

/** What is firing, and what was closed because it was gone. */
function told({ store }: App): { firing: string[]; closed: string[] } {
  const all = store.alerts.page({ limit: 100 }).items.map(({ alert }) => alert);
  const names = (alerts: typeof all) => alerts.map(({ labels }) => labels['alertname'] ?? '').sort();
  return {
    firing: names(all.filter(({ status }) => status === 'firing')),
    closed: names(all.filter(({ endedBecause }) => endedBecause)),
  };
}

test.each<Release>(['debian', 'current'])(
  'a real Alertmanager (%s): what was missed is taken in, what is gone is closed, and an empty one closes nothing',
  async release => {
    const alertmanager = await openAlertmanager(release);
    const database = folderOfTest().put('alertwright.db', '');
    for (const name of ['Stays', 'Ends', 'Hushed', 'NodeDown', 'Inhibited']) await alertmanager.fire(name);
    await alertmanager.fire('Theirs', { team: 'x' });
    let app = await openApp(alertmanager.url, database);
    await expect.poll(() => told(app).firing, patience).toEqual(['Ends', 'Hushed', 'NodeDown', 'Stays']);
    await app.stop();

    await alertmanager.end('Ends');
    await alertmanager.silence('Hushed');
    await alertmanager.fire('Missed');
    app = await openApp(alertmanager.url, database);
    onTestFinished(() => app.stop());
    const open = ['Hushed', 'Missed', 'NodeDown', 'Stays'];
    await expect.poll(() => told(app), patience).toEqual({ firing: open, closed: ['Ends'] });

    await alertmanager.restartEmpty();
    const answered = () => Date.parse(app.catchUp?.().answeredAt ?? '');
    const until = systemClock.now() + settlingMs + 4 * rules.apartMs;
    await expect.poll(answered, patience).toBeGreaterThan(until);
    expect(told(app)).toEqual({ firing: open, closed: ['Ends'] });
    expect(app.catchUp?.().problem).toMatch(/may be cut off/);

    for (const name of ['Hushed', 'Missed', 'Stays']) await alertmanager.fire(name);
    await expect
      .poll(() => told(app), patience)
      .toEqual({
        firing: ['Hushed', 'Missed', 'Stays'],
        closed: ['Ends', 'NodeDown'],
      });
  },
  120_000,
);
