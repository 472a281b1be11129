import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/cluster.ts';
import type { ConfigMap, Container, KubeObject } from '../../../src/kubernetes/objects.ts';
import { secretTexts } from '../../lib/redaction_corpus.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, configMap, createWorld, deployment, event, namespace, pod } from './world.ts';

const world = (objects: KubeObject[]) => createWorld([namespace('shop'), ...objects]);
/** Which secret a placeholder stands for is no matter here. */
const look = async (objects: KubeObject[], args: Record<string, unknown> = { name: 'web' }) =>
  (await ask(world(objects), 'get_config', { namespace: 'shop', ...args })).text.replace(/ #\w+\]/g, ']');

function settings(data: Record<string, string>, seconds = 180, name = 'settings'): ConfigMap {
  const fields = Object.fromEntries(Object.keys(data).map(key => [`f:${key}`, {}]));
  return {
    ...configMap(name, [{ manager: 'kubectl-edit', time: ago(seconds), fieldsV1: { 'f:data': fields } }]),
    data,
  };
}

const reads: Partial<Container> = {
  env: [
    { name: 'LOG_LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } },
    { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db-credentials', key: 'password' } } },
    { name: 'API_TOKEN', value: 'abcdef0123456789abcdef' },
    { name: 'REGION', value: 'east' },
  ],
};
const web = (container: Partial<Container> = reads) => [
  deployment('web', { replicas: 1 }, container),
  pod('web-r2-a', { owner: 'web', container }),
];

test('what a workload reads: values, when they changed and by whom, Secrets by name, what the template sets', async () => {
  const objects = [...web(), settings({ level: 'debug', other: 'unused' }, 3_600)];
  expect((await look(objects)).split('\n')).toEqual([
    'Deployment shop/web reads 1 ConfigMap and 1 Secret; its pods complain of none.',
    'ConfigMap "settings", last changed 60m ago by kubectl-edit (key "level" as env LOG_LEVEL)',
    '    level=debug',
    'Secrets, which are never read here, only referred to, "db-credentials" (key "password" as env DB_PASSWORD).',
    'Set in the template itself, API_TOKEN=[redacted secret], REGION=east.',
  ]);
  expect(await factsOf(world(objects), 'get_config', { namespace: 'shop', name: 'web' })).toEqual({
    config_maps: ['settings'],
    secrets: ['db-credentials'],
    missing: [],
    last_change: ago(3_600),
  });
});

test('a change that came after the containers started: they still have the old values', async () => {
  expect(await look([...web(), settings({ level: 'debug' })])).toContain(
    'CHANGED since 1 of 1 container started (10m ago), which still have the old values',
  );
  const files = { volumeMounts: [{ name: 'files', mountPath: '/etc/web' }] };
  const mounted = web(files).map(object => {
    const spec =
      'template' in (object.spec as object)
        ? (object as never as { spec: { template: { spec: object } } }).spec.template.spec
        : object.spec;
    Object.assign(spec, { volumes: [{ name: 'files', configMap: { name: 'settings' } }] });
    return object;
  });
  const text = await look([...mounted, settings({ 'web.yaml': 'a: 1\nb: 2' })]);
  expect(text).toContain('(all keys as files in /etc/web)');
  expect(text).not.toContain('CHANGED since');
});

test('what is missing: a ConfigMap, a key that is spelt otherwise; what may be missing is no trouble', async () => {
  const wants = {
    envFrom: [{ configMapRef: { name: 'gone' } }, { configMapRef: { name: 'extra', optional: true } }],
    env: [{ name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'levle' } } }],
  };
  const objects = [...web(wants), settings({ level: 'debug' })];
  const text = await look(objects);
  expect(text).toContain(`ConfigMap "gone" does NOT exist (all keys as env), so new containers can't be made.`);
  expect(text).toContain('ConfigMap "settings" has NO key "levle" (wanted as env LEVEL); did you mean "level"?');
  expect(text).toContain('ConfigMap "extra" is not there (all keys as env, optional).');
  expect(await factsOf(world(objects), 'get_config', { namespace: 'shop', name: 'web' })).toMatchObject({
    missing: ['settings/levle', 'gone'],
  });
});

test('what pods and the kubelet say about Secrets is all that is known of them', async () => {
  const waiting = { waiting: { reason: 'CreateContainerConfigError', message: 'secret "db-credentials" not found' } };
  const denied = [
    deployment('web', { replicas: 1 }, reads),
    pod('web-r2-a', { owner: 'web', state: waiting, ready: false }),
  ];
  expect(await look([...denied, settings({ level: 'a' })])).toContain('Pods say: secret "db-credentials" not found.');
  const creating = pod('web-r2-a', { owner: 'web', state: { waiting: { reason: 'ContainerCreating' } }, ready: false });
  const mount = event(
    { kind: 'Pod', name: 'web-r2-a' },
    { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found' },
  );
  expect(await look([deployment('web', { replicas: 1 }), creating, mount])).toContain(
    'Pods say: MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found.',
  );
});

test('one ConfigMap: keys, lengths, writers, readers; and nothing that looks secret', async () => {
  const config = settings({
    level: 'debug',
    'app.yaml': 'timeout: 5s\ndb: postgres://app:hunter2hunter2@db/app\n',
    api_key: 'zzzz',
  });
  config.metadata.managedFields!.push({
    manager: 'helm',
    time: ago(9_000),
    fieldsV1: { 'f:data': { 'f:api_key': {} } },
  });
  const text = await look([config, ...web()], { name: 'configmap/settings' });
  expect(text.split('\n')).toEqual([
    'ConfigMap "shop/settings", 3 keys, last changed 3m ago by kubectl-edit, made 3h ago.',
    'Read by Deployment web (key "level" as env LOG_LEVEL).',
    'level=debug   (by kubectl-edit)',
    'app.yaml (53 characters, 2 lines)   (by kubectl-edit)',
    '    timeout: 5s',
    '    db: postgres://app:[redacted password]@db/app',
    'api_key=[redacted secret]   (by kubectl-edit)',
  ]);
});

test('a ConfigMap that lacks what its readers need says so', async () => {
  const text = await look([settings({ levels: 'debug' }), ...web()], { name: 'settings' });
  expect(text).toContain('Deployment web needs key "level", which it does NOT have; did you mean "levels"?.');
});

test('one key in full, and what is left of it by its id', async () => {
  const long = Array.from({ length: 500 }, (_, index) => `line ${index}: value`).join('\n');
  const text = await look([settings({ file: long })], { name: 'settings', key: 'file' });
  expect(text).toContain(
    'Key "file" of ConfigMap "shop/settings", 7889 characters, last changed 3m ago by kubectl-edit.',
  );
  expect(text).toContain('line 0: value');
  expect(text).toMatch(/\(\d+ more left out; or read_more id=/);
  expect(await look([settings({ file: long })], { name: 'settings', key: 'fil' })).toContain(
    'Key "fil" of ConfigMap "shop/settings" is not there; did you mean "file"? (keys file).',
  );
});

test('a workload and a ConfigMap of one name: the workload, and how to ask for the other', async () => {
  const text = await look([...web({}), settings({ a: 'b' }, 60, 'web')]);
  expect(text).toContain('Deployment shop/web reads no ConfigMap and no Secret.');
  expect(text).toContain('ask for configmap/web');
});

test('nothing of that name; a ConfigMap that we may not read does not cost the rest', async () => {
  const none = await look([settings({ a: 'b' })], { name: 'setting' });
  expect(none).toContain('There is no pod or workload "setting" in namespace "shop".');
  expect(none).toContain('ConfigMaps there (Secrets are never read), settings.');
  const all = world(web());
  const guarded: typeof all = {
    ...all,
    get: async (ref, signal) => {
      if (ref.kind === 'ConfigMap' && ref.name === 'settings') throw new ClusterError(403, 'Forbidden', 'no');
      return all.get(ref, signal);
    },
  };
  const { text, isError } = await ask(guarded, 'get_config', { namespace: 'shop', name: 'web' });
  expect(isError).toBe(false);
  expect(text).toContain('ConfigMap "settings" could not be read here (key "level" as env LOG_LEVEL).');
});

test('thirty large ConfigMaps stay within the bound, and only so many are read; Secrets never are', async () => {
  const envFrom = Array.from({ length: 30 }, (_, index) => ({ configMapRef: { name: `c-${index}` } }));
  const data = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`KEY_${index}`, 'v'.repeat(2_000)]));
  const asked: string[] = [];
  const all = world([
    ...web({ envFrom: [...envFrom, { secretRef: { name: 'hidden' } } as never] }),
    ...envFrom.map(({ configMapRef }) => settings(data, 60, configMapRef.name)),
  ]);
  const watched: typeof all = {
    ...all,
    get(ref, signal) {
      asked.push(ref.kind);
      return all.get(ref, signal);
    },
    list(kind, query, signal) {
      asked.push(kind.kind);
      return all.list(kind, query, signal);
    },
  };
  const { text } = await ask(watched, 'get_config', { namespace: 'shop', name: 'web' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toContain('reads 30 ConfigMaps and 1 Secret');
  expect(asked.filter(kind => kind === 'ConfigMap').length).toBeLessThanOrEqual(13);
  expect(asked).not.toContain('Secret');
});

test('in a cluster: a ConfigMap that nobody made, and a key that is gone from a Secret', async () => {
  const shop = await breakCluster('missing-config-map', 100_000);
  const gateway = await shop.ask('get_config', { namespace: 'shop', name: 'payments-gateway' });
  expect(gateway).toContain(
    `ConfigMap "payments-routing" does NOT exist (all keys as env), so new containers can't be made.`,
  );
  expect(gateway).toContain('Pods say: configmap "payments-routing" not found.');
  const catalog = await shop.ask('get_config', { namespace: 'shop', name: 'catalog' });
  expect(catalog).toMatch(
    /ConfigMap "catalog-settings", last changed \d+m ago by kubectl \(all keys as env\)\n {4}INDEX_MODE=memory/,
  );
  const clinic = await breakCluster('key-that-was-rotated', 1_800_000);
  const settlement = await clinic.ask('get_config', { namespace: 'clinic', name: 'settlement' });
  expect(settlement).toContain("Pods say: couldn't find key key in Secret clinic/bank.");
  expect(settlement).toContain('"bank" (key "key" as env BANK_KEY)');
});

test('no secret of the corpus is seen, wherever in a value it stands and wherever that is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...secretTexts),
      fc.nat(400),
      fc.nat(400),
      async ({ text, secrets }, before, after) => {
        const value = `${'a b\n'.repeat(Math.floor(before / 4))}${text}\n${'c d\n'.repeat(Math.floor(after / 4))}`;
        const objects = [...web(), settings({ level: value, file: value })];
        for (const args of [{ name: 'web' }, { name: 'settings' }, { name: 'settings', key: 'file' }]) {
          const answer = await look(objects, args);
          for (const piece of secrets.flatMap(piecesOf).filter(each => text.split(each).length === 2))
            expect(answer).not.toContain(piece);
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** Its two ends: a cut leaves the beginning or the end of a text. */
function piecesOf(secret: string): string[] {
  return secret.length < 12 ? [secret] : [secret.slice(0, 12), secret.slice(-12)];
}
