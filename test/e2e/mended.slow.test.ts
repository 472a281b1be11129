import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { askAsAlertmanager, eventsOf, firingRules, incidents, ourAlerts, theirAlerts } from './asking.ts';
import { eventually } from './eventually.ts';
import { startAlertmanager, startAlertwright, startCluster, startPrometheus } from './parts.ts';
import { type Scene, type SceneOptions, setScene } from './scene.ts';

const run = promisify(execFile);

/** All parts around a release whose image was never pushed, and alertwright in a mode. */
async function brokenShop(mode: string, { onTestFinished }: SceneOptions): Promise<Scene> {
  const scene = await setScene({ onTestFinished });
  await startCluster(scene, 'bad-image-tag');
  const settings = { MODE: mode, VERIFY_STEADY_SECONDS: '3', VERIFY_CHECK_SECONDS: '1' };
  await Promise.all([startPrometheus(scene), startAlertmanager(scene), startAlertwright(scene, settings)]);
  return scene;
}

const states = async (scene: Scene) => (await incidents(scene)).map(({ state }) => state);

/** Nothing fires anywhere, and the record says so of every alert. */
async function expectQuiet(scene: Scene): Promise<void> {
  await eventually(async () => {
    expect(await firingRules(scene)).toEqual([]);
    expect(await theirAlerts(scene)).toEqual([]);
    expect((await ourAlerts(scene)).filter(({ status }) => status !== 'resolved')).toEqual([]);
  });
}

test.concurrent('a fault makes alerts fire, alertwright mends it, and the incident closes once they have resolved', async context => {
  const scene = await brokenShop('auto', context);
  expect(await askAsAlertmanager(scene)).toBe(403);
  await eventually(async () => expect(await states(scene)).toContain('resolved'));
  await expectQuiet(scene);

  const mended = (await incidents(scene)).find(({ state }) => state === 'resolved')!;
  expect(mended).toMatchObject({
    firing: 0,
    health: 'recovered',
    changed: true,
    plan: { action: 'rollback_workload' },
  });
  const types = (await eventsOf(scene, mended)).map(({ type }) => type);
  expect(types).toContain('applied');
  expect(types.indexOf('alerts_resolved')).toBeGreaterThan(types.indexOf('applied'));
  expect(types.indexOf('closed')).toBeGreaterThan(types.lastIndexOf('alerts_resolved'));
  expect(types.filter(type => type === 'closed')).toHaveLength(1);
  expect((await ourAlerts(scene)).filter(({ incident }) => incident === mended.id)).toHaveLength(mended.alertCount);
});

test.concurrent('a person mends it, and the record has every alert resolved', async context => {
  const scene = await brokenShop('approve', context);
  await eventually(async () => expect(await states(scene)).toContain('awaiting_approval'));
  const kubeconfig = join(scene.folder, 'etc/alertwright/kubeconfig');
  await run('kubectl', ['--kubeconfig', kubeconfig, 'rollout', 'undo', 'deployment/storefront']);
  await expectQuiet(scene);

  await eventually(async () => expect(new Set(await states(scene))).toEqual(new Set(['self_resolved'])));
  const all = await incidents(scene);
  for (const incident of all) expect(incident).toMatchObject({ firing: 0, changed: false });
  const seen = await ourAlerts(scene);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).toHaveLength(all.reduce((sum, { alertCount }) => sum + alertCount, 0));
});
