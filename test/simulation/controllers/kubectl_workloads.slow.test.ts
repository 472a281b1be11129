import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { createStage, type Stage, templateOf } from './stage.ts';

const run = promisify(execFile);
let stage: Stage;
let listening: { url: string; close(): Promise<void> };

beforeEach(async () => {
  stage = createStage();
  listening = await stage.listen();
  stage.clock.setSpeed(50);
  stage.clock.start();
});

afterEach(async () => {
  stage.stop();
  await listening.close();
});

async function kubectl(line: string): Promise<string> {
  const args = ['--server', listening.url, '--namespace', 'default', ...line.split(' ')];
  return (await run('kubectl', args, { timeout: 60_000 })).stdout;
}

const selector = { matchLabels: { app: 'web' } };
const make = (resource: string, kind: string, spec: object) =>
  stage.create<KubeObject>(`${resource}.${kind.endsWith('Job') ? 'batch' : 'apps'}`, {
    apiVersion: kind.endsWith('Job') ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec,
  });

test.each([
  ['StatefulSet', 'statefulsets', { replicas: 2, serviceName: 'web' }, 'partitioned roll out complete: 2 new pods'],
  ['DaemonSet', 'daemonsets', {}, 'successfully rolled out'],
])('kubectl rolls out, undoes, restarts and tells the history of a %s', async (kind, resource, more, done) => {
  const of = `${kind.toLowerCase()}/web`;
  await make(resource, kind, { selector, template: templateOf('web'), ...more });
  const status = () => kubectl(`rollout status ${of} --timeout=60s`);
  const image = async () => kubectl(`get ${of} -o jsonpath={..image}`);
  await status();
  await kubectl(`set image ${of} main=registry.example/demo:2`);
  expect(await status()).toContain(done);
  expect(await kubectl(`rollout history ${of}`)).toMatch(/\n1 .*\n2 /);
  expect(await kubectl(`rollout history ${of} --revision=1`)).toContain('registry.example/demo:1');
  await kubectl(`rollout undo ${of}`);
  expect(await status()).toContain(done);
  expect(await image()).toBe('registry.example/demo:1');
  expect(await kubectl(`rollout history ${of}`)).toMatch(/\n2 .*\n3 /);
  await kubectl(`rollout restart ${of}`);
  expect(await status()).toContain(done);
  expect(await kubectl('get pods -o yaml')).toContain('restartedAt');
  expect(await kubectl(`describe ${of}`)).toContain('SuccessfulCreate');
});

test('kubectl scales a StatefulSet, and pauses and resumes a Deployment', async () => {
  await make('statefulsets', 'StatefulSet', { replicas: 1, serviceName: 'web', selector, template: templateOf('web') });
  await kubectl('scale statefulset/web --replicas=3');
  await kubectl('rollout status statefulset/web --timeout=60s');
  expect(await kubectl('get statefulset web --no-headers')).toMatch(/^web +3\/3 /);
  await kubectl('create deployment shop --image=registry.example/demo:1');
  await kubectl('rollout status deployment/shop --timeout=60s');
  await kubectl('rollout pause deployment/shop');
  await kubectl('set image deployment/shop demo=registry.example/demo:2');
  await stage.clock.sleep(5000);
  expect(await kubectl('get replicasets -o name')).toMatch(/^replicaset\.apps\/shop-\S+\n$/);
  await kubectl('rollout resume deployment/shop');
  expect(await kubectl('rollout status deployment/shop --timeout=60s')).toContain('successfully rolled out');
});

test('kubectl shows jobs, waits for them, and starts one of a CronJob', async () => {
  const jobTemplate = { spec: { template: templateOf('web', ['succeed', '2'], 'Never') } };
  await make('cronjobs', 'CronJob', { schedule: '0 0 1 1 *', jobTemplate });
  expect(await kubectl('get cronjobs --no-headers')).toMatch(/^web +0 0 1 1 \* +<none> +False +0 +<none> /);
  await kubectl('create job now --from=cronjob/web');
  await kubectl('wait --for=condition=complete job/now --timeout=60s');
  expect(await kubectl('get jobs --no-headers')).toMatch(/^now +Complete +1\/1 /);
  expect(await kubectl('describe job now')).toContain('Completed');
  await kubectl('delete job now');
  expect(await kubectl('get pods -o name')).toBe('');
});
