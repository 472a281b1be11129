import { afterEach, expect, test } from 'vitest';
import type { Service } from '../../../src/kubernetes/objects.ts';
import { logsOf } from '../../../src/simulation/kubelet/kubelet.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { configMap, podNamed, readPod, reporter, secret, statusOf, storyOf } from './pods.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

async function logOf(name: string): Promise<string[]> {
  const answer = logsOf(cluster.kubelets)(await readPod(cluster, name), { container: 'main', previous: false });
  if ('error' in answer) throw new Error(answer.error);
  return answer.map(({ line }) => line);
}

test('the environment comes from Secrets, ConfigMaps, the pod itself and the services beside it', async () => {
  const names = [
    'PASSWORD',
    'P_USER',
    'NODE',
    'POD',
    'LIMIT',
    'CORES',
    'URL',
    'REDIS_PORT',
    'REDIS_SERVICE_HOST',
    'LEFT',
  ];
  cluster = await createTestCluster({ programs: [reporter(names)] });
  await cluster.client.create('secrets', secret('db', { password: 's3cret', USER: 'shop' }));
  const redis = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'redis', namespace: 'default' } };
  const { spec } = await cluster.client.create<Service>('services', { ...redis, spec: { ports: [{ port: 6379 }] } });
  const env = [
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'POD', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
    { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
    { name: 'CORES', valueFrom: { resourceFieldRef: { resource: 'requests.cpu' } } },
    { name: 'URL', value: 'db://$(P_USER)@$(POD)/$$(RAW)' },
    { name: 'LEFT', valueFrom: { secretKeyRef: { name: 'absent', key: 'k', optional: true } } },
  ];
  const envFrom = [{ prefix: 'P_', secretRef: { name: 'db' } }];
  const resources = { requests: { cpu: '1500m' }, limits: { memory: '64Mi' } };
  await cluster.apply(podNamed('app', { args: [], env, envFrom, resources }));
  await cluster.run(10);
  expect(await logOf('app')).toEqual([
    'PASSWORD=s3cret',
    'P_USER=shop',
    'NODE=node1',
    'POD=app',
    'LIMIT=64',
    'CORES=2',
    'URL=db://shop@app/$(RAW)',
    `REDIS_PORT=tcp://${spec.clusterIP}:6379`,
    `REDIS_SERVICE_HOST=${spec.clusterIP}`,
    'LEFT=',
  ]);
});

test.each([
  ['a Secret', { secretRef: { name: 'gone' } }, undefined, 'secret "gone" not found'],
  [
    'a key of a Secret',
    undefined,
    { secretKeyRef: { name: 'db', key: 'nope' } },
    "couldn't find key nope in Secret default/db",
  ],
  [
    'a key of a ConfigMap',
    undefined,
    { configMapKeyRef: { name: 'conf', key: 'nope' } },
    "couldn't find key nope in ConfigMap default/conf",
  ],
])('a container without %s waits, and says what it misses', async (_what, from, valueFrom, message) => {
  cluster = await createTestCluster({ programs: [demo] });
  await cluster.client.create('secrets', secret('db', { key: 'v' }));
  await cluster.apply(configMap('conf', { key: 'v' }));
  const env = valueFrom ? { env: [{ name: 'A', valueFrom }] } : {};
  await cluster.apply(podNamed('app', { ...env, ...(from ? { envFrom: [from] } : {}) }));
  await cluster.run(10);
  const { state } = await statusOf(cluster, 'app');
  expect(state.waiting).toEqual({ reason: 'CreateContainerConfigError', message });
  expect(await storyOf(cluster, 'app')).toContain(`Failed: Error: ${message}`);
});

test.each([
  ['v', { secret: { secretName: 'gone' } }, 'secret "gone" not found'],
  [
    'v',
    { secret: { secretName: 'db', items: [{ key: 'nope', path: 'p' }] } },
    'references non-existent secret key: nope',
  ],
  [
    'v',
    { configMap: { name: 'conf', items: [{ key: 'nope', path: 'p' }] } },
    'configmap references non-existent config key: nope',
  ],
  [
    'v',
    { projected: { sources: [{ secret: { name: 'gone' } }, { configMap: { name: 'lost' } }] } },
    '[secret "gone" not found, configmap "lost" not found]',
  ],
])('volume %s of %o is not mounted, and the pod waits', async (name, source, why) => {
  cluster = await createTestCluster({ programs: [demo] });
  await cluster.client.create('secrets', secret('db', { key: 'v' }));
  await cluster.apply(configMap('conf', { key: 'v' }));
  await cluster.apply(
    podNamed('app', { volumeMounts: [{ name, mountPath: '/v' }] }, { volumes: [{ name, ...source }] }),
  );
  await cluster.run(20);
  expect((await statusOf(cluster, 'app')).state.waiting?.reason).toBe('ContainerCreating');
  expect(await storyOf(cluster, 'app')).toContain(
    `FailedMount: MountVolume.SetUp failed for volume "${name}" : ${why}`,
  );
});

const readsItsFiles: ProgramInput = {
  ...demo,
  commands: {},
  behaviour: {
    settings: ['/etc/a/mode', '/etc/b/pass', '/etc/c/labels', '/etc/d.conf'].map(file => ({
      name: 'x',
      file,
      pattern: 'good',
      refused: { lines: [`${file} has {value}`] },
    })),
  },
};

test('files come from ConfigMaps, Secrets, the pod itself and sub paths; an update reaches them at the next start', async () => {
  cluster = await createTestCluster({ programs: [readsItsFiles] });
  await cluster.apply({ ...configMap('conf', {}), binaryData: { mode: Buffer.from('x=good').toString('base64') } });
  await cluster.apply(configMap('more', { 'd.conf': 'x=bad' }));
  await cluster.client.create('secrets', secret('db', { pass: 'x=good' }));
  const volumes = [
    { name: 'a', configMap: { name: 'conf' } },
    { name: 'b', projected: { sources: [{ secret: { name: 'db' } }] } },
    {
      name: 'c',
      downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: "metadata.annotations['said']" } }] },
    },
    { name: 'd', configMap: { name: 'more' } },
  ];
  const volumeMounts = [
    { name: 'a', mountPath: '/etc/a' },
    { name: 'b', mountPath: '/etc/b' },
    { name: 'c', mountPath: '/etc/c' },
    { name: 'd', mountPath: '/etc/d.conf', subPath: 'd.conf' },
  ];
  const pod = podNamed('app', { args: [], volumeMounts }, { volumes });
  await cluster.apply({ ...pod, metadata: { ...pod.metadata, annotations: { said: 'x=good' } } });
  await cluster.run(6);
  expect((await statusOf(cluster, 'app')).restartCount).toBeGreaterThan(0);
  expect(await logOf('app')).toEqual(['/etc/d.conf has bad']);
  const target = { resource: 'configmaps', name: 'more', namespace: 'default' };
  await cluster.client.patch(target, { type: 'merge', body: { data: { 'd.conf': 'x=good' } } });
  await cluster.run(60);
  expect((await statusOf(cluster, 'app')).ready).toBe(true);
});

test('a claim that is not bound keeps the pod from starting, and is named', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'lost' } }];
  await cluster.apply(
    podNamed('app', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }, { volumes, nodeName: 'node1' }),
  );
  await cluster.run(20);
  const mount = (await storyOf(cluster, 'app')).find(text => text.startsWith('FailedMount'));
  expect(mount).toMatch(
    /^FailedMount: Unable to attach or mount volumes: unmounted volumes=\[data\b.*\], unattached volumes=\[\], failed to process volumes=\[data\]: error processing PVC default\/lost: failed to fetch PVC from API server: persistentvolumeclaims "lost" not found$/,
  );
});
