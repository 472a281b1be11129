import { afterEach, expect, test } from 'vitest';
import type { Job, StatefulSet } from '../../../src/kubernetes/kinds/workloads.ts';
import type { Deployment, Pod } from '../../../src/kubernetes/objects.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

async function mostAlive(seconds: number): Promise<number> {
  let most = 0;
  for (let i = 0; i < seconds * 2; i++) {
    await stage.run(0.5);
    const alive = (await stage.pods()).filter(({ status }) => status?.phase !== 'Succeeded');
    most = Math.max(most, alive.length);
  }
  return most;
}

test('controllers whose watches are late do nothing twice', async () => {
  stage = createStage({ watchesAreLateMs: 3000 });
  const selector = { matchLabels: { app: 'web' } };
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
  const spec = { replicas: 4, selector, template: templateOf('web') };
  await stage.create('deployments.apps', { ...web, spec });
  expect(await mostAlive(30)).toBe(4);
  await stage.patch('deployments.apps', 'web', { spec: { replicas: 7 } });
  expect(await mostAlive(30)).toBe(7);
  await stage.patch('deployments.apps', 'web', { spec: { replicas: 2 } });
  await stage.run(60);
  expect(await stage.pods()).toHaveLength(2);
  await stage.patch('deployments.apps', 'web', { spec: { template: templateOf('web', ['run', 'again']) } });
  expect(await mostAlive(90)).toBe(3);
  const { status } = await stage.get<Deployment>('deployments.apps', 'web');
  expect(status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 });
});

test('also in order, and counting', async () => {
  stage = createStage({ watchesAreLateMs: 2000 });
  const selector = { matchLabels: { app: 'db' } };
  const db = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' } };
  await stage.create('statefulsets.apps', { ...db, spec: { replicas: 3, selector, template: templateOf('db') } });
  await stage.run(60);
  expect((await stage.get<StatefulSet>('statefulsets.apps', 'db')).status).toMatchObject({ readyReplicas: 3 });
  const template = templateOf('work', ['succeed', '2'], 'Never');
  const work = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'work' } };
  await stage.create('jobs.batch', { ...work, spec: { completions: 4, parallelism: 2, template } });
  expect(await mostAlive(60)).toBe(5);
  expect((await stage.get<Job>('jobs.batch', 'work')).status).toMatchObject({ succeeded: 4 });
  const pods = (await stage.list<Pod>('pods')).filter(({ metadata }) => metadata.labels?.['job-name'] === 'work');
  expect(pods).toHaveLength(4);
});
