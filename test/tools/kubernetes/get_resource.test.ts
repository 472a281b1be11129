import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { connectCluster } from '../../../src/kubernetes/connect.ts';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { connectTools } from '../../../src/tools/connect.ts';
import { openInstruments } from '../../../src/tools/instruments.ts';
import { atPath } from '../../../src/tools/kubernetes/field_path.ts';
import { objectLines, readable } from '../../../src/tools/kubernetes/object_text.ts';
import { stillClock } from './ask.ts';
import { factsOf } from './facts_of.ts';
import { now } from './world.ts';

/** A cluster over HTTP with these objects in it, and a way to ask about them. */
async function clusterWith(...objects: [resource: string, object: KubeObject][]) {
  const clock = { ...systemClock, now: () => now };
  const api = createApiServer({ clock });
  const { url, close } = await api.listen();
  onTestFinished(close);
  const client = api.client();
  for (const [resource, object] of objects) await client.create(resource, object);
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 5_000 });
  onTestFinished(() => cluster.close());
  const { instruments, close: closeInstruments } = openInstruments({ cluster, clock: stillClock, log: silentLog });
  onTestFinished(closeInstruments);
  const registry = await connectTools({ clusterFor: () => cluster, clock: stillClock, log: silentLog, instruments });
  onTestFinished(() => registry.close());
  const ask = async (args: Record<string, unknown>) => (await registry.call('get_resource', args)).text;
  return { ask, client, cluster, instruments };
}

const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});
const deployment = object('apps/v1', 'Deployment', 'web', {
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'registry.example/web:1',
            env: [
              { name: 'DB_PASSWORD', value: 'hunter2hunter2' },
              { name: 'MODE', value: 'fast' },
            ],
          },
        ],
      },
    },
  },
});
const cronJob = (name: string, suspend: boolean) =>
  object('batch/v1', 'CronJob', name, {
    spec: {
      suspend,
      schedule: '0 * * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'job' }] } } },
      },
    },
  });

test('every way to name a kind leads to the same object', async () => {
  const { ask } = await clusterWith(['deployments.apps', deployment]);
  const kinds = ['Deployment', 'deployments', 'deploy', 'deployment.apps', 'deployments.v1.apps', 'DEPLOY'];
  for (const kind of kinds) {
    expect(await ask({ kind, name: 'web', namespace: 'default', path: 'spec.replicas' })).toBe(
      'Deployment default/web (apps/v1, 0s old): 0 of 2 ready\nspec.replicas: 2',
    );
  }
  expect(await ask({ kind: 'deployment/web', path: 'spec.replicas' })).toContain('spec.replicas: 2');
});

test('an object in a few lines: what matters, no managed fields, and nothing that is called secret', async () => {
  const { ask } = await clusterWith(['deployments.apps', deployment]);
  const text = await ask({ kind: 'deploy', name: 'web', namespace: 'default' });
  expect(text.split('\n')[0]).toBe('Deployment default/web (apps/v1, 0s old): 0 of 2 ready');
  expect(text).toContain('spec.replicas: 2');
  expect(text).not.toMatch(/managedFields|hunter2/);
  expect(text).toContain('{name: DB_PASSWORD, value: [redacted secret]}');
  expect(text.length / 4).toBeLessThanOrEqual(600);
});

test('nothing whose name says that it is secret is told, wherever it stands, and what only names one is', () => {
  const hidden = 'not-for-anybody';
  const plain = readable({
    ...object('v1', 'X', 'x'),
    ...{
      spec: {
        password: hidden,
        auth: { apiKey: hidden, secretName: 'told-1', passwordFile: '/told-2' },
        env: [
          { name: 'API_TOKEN', value: hidden },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'told-3', key: 'told-4' } } },
        ],
        args: ['--token', hidden, '--mode', 'told-5'],
        tokens: [hidden],
        clientSecret: { value: hidden },
        imagePullSecrets: [{ name: 'told-6' }],
      },
    },
  } as KubeObject);
  const text = objectLines(plain).join('\n');
  expect(text).not.toContain(hidden);
  expect([...new Set(text.match(/told-\d/g))].sort()).toEqual([1, 2, 3, 4, 5, 6].map(number => `told-${number}`));
});

test('paths of several spellings, and what there is where one leads nowhere', async () => {
  const { ask } = await clusterWith(['deployments.apps', deployment]);
  const at = async (path: string) => {
    const text = await ask({ kind: 'deploy', name: 'web', namespace: 'default', path });
    return text.split('\n').slice(1).join('\n');
  };
  const image = 'registry.example/web:1';
  expect(await at('spec.template.spec.containers[0].image')).toContain(`: ${image}`);
  expect(await at('{.spec.template.spec.containers[*].image}')).toContain(`: [${image}]`);
  expect(await at('.spec.template.spec.containers[main].image')).toContain(`: ${image}`);
  expect(await at("spec.template.spec.containers[?(@.name=='main')].image")).toContain(`: ${image}`);
  expect(await at('spec.replica')).toBe(
    'There is nothing at spec called "replica"; it has replicas, selector, template, strategy, revisionHistoryLimit, progressDeadlineSeconds.',
  );
  expect(await at('spec.replicas.max')).toBe('There is nothing at spec.replicas called "max"; it is 2.');
});

test('a list: who is not well first, or one field of each', async () => {
  const pods = ['b', 'a'].map(name =>
    object('v1', 'Pod', name, { spec: { containers: [{ name: 'main', image: 'i' }] } }),
  );
  const { ask, client, cluster, instruments } = await clusterWith(
    ...pods.map(pod => ['pods', pod] as [string, KubeObject]),
    ['cronjobs.batch', cronJob('backup', true)],
  );
  const running = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } };
  const target = { resource: 'pods', name: 'a', namespace: 'default' };
  await client.patch(target, { type: 'merge', subresource: 'status', body: running });
  expect((await ask({ kind: 'po' })).split('\n')).toEqual([
    '2 pods (Pod, v1), 1 of them not well, first:',
    'default/b: Pending, 0s old',
    'default/a: Running, Ready, 0s old',
  ]);
  expect(await ask({ kind: 'cj', namespace: 'default', path: 'spec.suspend' })).toBe(
    'spec.suspend of 1 cronjobs in default (CronJob, batch/v1):\ndefault/backup: true, 0s old',
  );
  expect(await factsOf(cluster, 'get_resource', { kind: 'pods' }, instruments)).toEqual({
    kind: 'Pod',
    found: 2,
    unhealthy: 1,
    names: ['default/b', 'default/a'],
  });
});

test('a kind that only this cluster knows, also when it came later', async () => {
  const { ask, client, cluster } = await clusterWith();
  const { instruments } = openInstruments({ cluster, clock: { ...stillClock, now: () => clock }, log: silentLog });
  let clock = now;
  const facts = () => factsOf(cluster, 'get_resource', { kind: 'backups.example.com' }, instruments);
  expect(await ask({ kind: 'backup' })).toMatch(/^This cluster has no kind "backup"/);
  expect(await facts()).toMatchObject({ found: 0 });
  await client.create('customresourcedefinitions.apiextensions.k8s.io', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'backups.example.com' },
    ...{
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'backups', singular: 'backup', kind: 'Backup', shortNames: ['bk'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    },
  });
  const failed = { conditions: [{ type: 'Ready', status: 'False', reason: 'NoSpace', message: 'the disk is full' }] };
  await expect
    .poll(async () => {
      const backup = object('example.com/v1', 'Backup', 'nightly', { status: failed });
      await client.create('backups.example.com', backup).catch(() => undefined);
      clock += 11_000;
      return facts();
    })
    .toMatchObject({ found: 1, unhealthy: 1, names: ['default/nightly'] });
});

test('Secrets are refused in every spelling, and by every other name', async () => {
  const secret = object('v1', 'Secret', 'bank', { stringData: { key: 'open-sesame' } });
  const { ask, cluster } = await clusterWith(['secrets', secret]);
  for (const kind of ['secret', 'Secrets', 'SECRET', 'secrets.v1', 'secret/bank', ' secret ', 'secrets.core']) {
    const text = await ask({ kind, name: 'bank', namespace: 'default' });
    expect(text).toMatch(/^Secrets are never read here/);
  }
  const place = { plural: 'secrets', namespaced: true };
  await expect(cluster.list({ apiVersion: 'v1', kind: 'Harmless', place })).rejects.toThrow('Secrets are not read');
  await expect(
    cluster.list({ apiVersion: 'v1', kind: 'X', place: { ...place, plural: 'pods/../secrets' } }),
  ).rejects.toThrow();
});

test('what is not there is said with what there is', async () => {
  const { ask } = await clusterWith(['deployments.apps', deployment]);
  expect(await ask({ kind: 'deploymnt' })).toBe('This cluster has no kind "deploymnt"; did you mean deployment?');
  expect(await ask({ kind: 'deploy', name: 'wbe', namespace: 'default' })).toBe(
    'There is no Deployment "wbe" in default. There are: web.',
  );
  expect(await ask({ kind: 'deploy', namespace: 'defualt' })).toMatch(/^There is no namespace "defualt"/);
  expect(await ask({ kind: 'cronjobs', namespace: 'default' })).toBe('There are no cronjobs in default.');
  expect(await ask({ kind: 'tokenreviews' })).toContain('is nothing that can be read');
});

test('a large object and a long list stay within the bound', async () => {
  const data = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key-${index}`, 'x'.repeat(200)]));
  const many = Array.from({ length: 700 }, (_, index): [string, KubeObject] => [
    'configmaps',
    object('v1', 'ConfigMap', `many-${index}`),
  ]);
  const { ask } = await clusterWith(['configmaps', object('v1', 'ConfigMap', 'large', { data })], ...many);
  const large = await ask({ kind: 'cm', name: 'large', namespace: 'default' });
  expect(large).toMatch(/more left out: ask with a path/);
  const list = await ask({ kind: 'cm' });
  expect(list).toMatch(/^more than 500 configmaps/);
  for (const text of [large, list]) expect(text.length / 4).toBeLessThanOrEqual(600);
});

const key = fc.stringMatching(/^[a-z]{1,6}$/);
const tree = fc.letrec(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    fc.dictionary(key, tie('node'), { minKeys: 1 }),
  ),
})).node;

test('every path to a leaf leads to it', () => {
  fc.assert(
    fc.property(tree, value => {
      for (const [path, leaf] of leavesOf(value)) expect(atPath(value, path)).toEqual({ kind: 'value', value: leaf });
    }),
  );
});

function leavesOf(value: unknown, path = ''): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, `${path}[${index}]`));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, item]) => leavesOf(item, path === '' ? name : `${path}.${name}`));
  }
  return [[path, value]];
}
