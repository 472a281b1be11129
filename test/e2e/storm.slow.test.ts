import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { freePort } from '../support/free_port.ts';
import { alertsIn, expectAccount, keyOf } from './account.ts';
import { type PushedAlert, push, theirAlerts } from './asking.ts';
import { openDoor } from './door.ts';
import { eventually } from './eventually.ts';
import { startAlertmanager, startAlertwright, startCluster } from './parts.ts';
import { type Scene, setScene } from './scene.ts';

const now = () => new Date(systemClock.now()).toISOString();
const observing = { MODE: 'observe' };
const namespaces = ['bakery', 'billing', 'harbour', 'library', 'orchard', 'studio'];

/** What Alertmanager calls those of its alerts that are among these. */
async function keysOf(scene: Scene, alerts: readonly PushedAlert[]): Promise<string[]> {
  const wanted = new Set(alerts.map(({ labels }) => `${labels['alertname']}/${labels['namespace']}/${labels['pod']}`));
  const all = await theirAlerts(scene);
  const found = all.filter(({ labels }) =>
    wanted.has(`${labels['alertname']}/${labels['namespace']}/${labels['pod']}`),
  );
  expect(found.length).toBe(alerts.length);
  return found.map(keyOf);
}

/** When serve is killed: with a delivery that it has and has not answered, or with an answer that is on its way. */
interface Kill {
  after: number;
  at: 'handed' | 'answered';
}

/** Serve behind a door where it is killed at those deliveries, and started again each time. */
async function mortal(scene: Scene, port: number) {
  // Nobody may ask Alertmanager later for what was lost here.
  const settings = { ...observing, ALERTMANAGER_URL: '' };
  let serve = startAlertwright(scene, settings);
  let plan: Kill[] = [];
  await serve;
  const strike = (at: Kill['at']) => (count: number) => {
    const [next, ...later] = plan;
    if (next === undefined || next.at !== at || count < next.after) return;
    plan = later;
    // The next one comes once the one before has come up.
    serve = serve.then(async running => {
      await running.stop('SIGKILL');
      return startAlertwright(scene, settings);
    });
  };
  const door = await openDoor(scene, port, { handed: strike('handed'), answered: strike('answered') });
  return {
    /** Kills it when so many further deliveries have come. */
    kill: (kills: Kill[]) => {
      plan = kills.map(({ after, at }) => ({ after: door.count() + after, at }));
    },
    async survived() {
      await eventually(() => expect(plan).toEqual([]));
      await serve;
    },
  };
}

const releases = ['debian', 'current'] as const;

test.concurrent.for(releases)(
  'hundreds of alerts (%s), and serve killed again and again while they come: each is there once',
  async (release, { onTestFinished }) => {
    const port = await freePort();
    const scene = await setScene({ onTestFinished, deliverTo: port, release });
    await Promise.all([startCluster(scene), startAlertmanager(scene)]);
    const serve = await mortal(scene, port);
    serve.kill([
      { after: 2, at: 'answered' },
      { after: 25, at: 'handed' },
      { after: 60, at: 'answered' },
    ]);
    const names = Array.from({ length: 12 }, (_, index) => `Storm${index}`);
    const alerts = alertsIn({ names, namespaces, pods: 5 }, now());
    await push(scene, alerts);
    await serve.survived();
    expect(await expectAccount(scene)).toHaveLength(alerts.length);

    const ending = alerts.filter(({ labels }) => labels['pod']!.endsWith('-0') || labels['namespace'] === 'studio');
    const over = await keysOf(scene, ending);
    serve.kill([
      { after: 3, at: 'handed' },
      { after: 20, at: 'answered' },
    ]);
    await push(
      scene,
      ending.map(alert => ({ ...alert, endsAt: now() })),
    );
    await serve.survived();
    expect(await expectAccount(scene, over)).toHaveLength(alerts.length);
  },
);

test.concurrent.for([
  { signal: 'SIGTERM', emptied: false, release: 'debian' },
  { signal: 'SIGTERM', emptied: false, release: 'current' },
  { signal: 'SIGKILL', emptied: true, release: 'current' },
] as const)(
  'Alertmanager ($release) ends by $signal and comes back, emptied: $emptied',
  async ({ signal, emptied, release }, { onTestFinished }) => {
    const scene = await setScene({ onTestFinished, release });
    const [alertmanager] = await Promise.all([
      startAlertmanager(scene),
      startCluster(scene),
      startAlertwright(scene, observing),
    ]);
    const alerts = alertsIn({ names: ['Steady'], namespaces: namespaces.slice(0, 3), pods: 10 }, now());
    await push(scene, alerts);
    const before = await expectAccount(scene);
    expect(before).toHaveLength(30);

    const ended = alerts.filter(({ labels }) => labels['pod'] === 'steady-3');
    const over = await keysOf(scene, ended);
    await alertmanager.stop(signal);
    if (emptied) rmSync(join(scene.folder, 'alertmanager'), { recursive: true });
    await startAlertmanager(scene);
    // It keeps no alerts, whatever else it keeps: Prometheus sends them again and again.
    expect(await theirAlerts(scene)).toEqual([]);
    const later = alertsIn({ names: ['Later', 'Steady'], namespaces: ['orchard'], pods: 3 }, now());
    await push(scene, [...alerts.filter(alert => !ended.includes(alert)), ...later]);
    await push(
      scene,
      ended.map(alert => ({ ...alert, endsAt: now() })),
    );
    const after = await expectAccount(scene, over);
    expect(after).toHaveLength(36);
    const home = (all: typeof after) => new Map(all.map(alert => [keyOf(alert), alert.incident]));
    for (const [key, incident] of home(before)) expect(home(after).get(key)).toBe(incident);
  },
);

test.concurrent.for(releases)(
  'a receiver slower than Alertmanager (%s) is patient gets alerts again, and takes each for one',
  async (release, { onTestFinished }) => {
    const port = await freePort();
    const scene = await setScene({ onTestFinished, deliverTo: port, release });
    await Promise.all([startCluster(scene), startAlertmanager(scene), startAlertwright(scene, observing)]);
    const longerThanPatience = 12_000;
    const late = new Set<number>();
    const slow = async (count: number) => {
      late.add(count);
      await systemClock.sleep(longerThanPatience);
    };
    const door = await openDoor(scene, port, {
      before: count => (count === 1 ? slow(count) : undefined),
      answered: count => (count === 2 || count === 3 ? slow(count) : undefined),
    });
    const alerts = alertsIn({ names: ['Slow'], namespaces: namespaces.slice(0, 3), pods: 20 }, now());
    await push(scene, alerts);
    await eventually(() => expect(door.count()).toBeGreaterThanOrEqual(6));
    expect([...late]).toEqual([1, 2, 3]);
    expect(await expectAccount(scene)).toHaveLength(alerts.length);
  },
);
