import { afterEach, expect, test } from 'vitest';
import type { ConfigMap, KubeEvent, Pod } from '../../../src/kubernetes/objects.ts';
import { isReady } from '../../../src/simulation/controllers/pods.ts';
import { logsOf } from '../../../src/simulation/kubelet/kubelet.ts';
import type { ProgramInput } from '../../../src/simulation/programs/program.ts';
import { createTestCluster, nodeNamed, start, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { deploymentOf, serviceOf, webProgram } from '../shop.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const listPods = async (app: string) => (await cluster.client.list<Pod>('pods', { labelSelector: `app=${app}` })).items;
const read = async (name: string) => (await cluster.client.get<Pod>('pods', name, 'default'))!;

function podNamed(
  name: string,
  container: Partial<Pod['spec']['containers'][number]>,
  spec: Partial<Pod['spec']> = {},
): Pod {
  const main = { name: 'main', image: 'registry.example/demo:1', ...container };
  const metadata = { name, namespace: 'default', labels: { app: name } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [main], ...spec } };
}

async function logs(name: string, previous = false): Promise<readonly string[] | string> {
  const answer = logsOf(cluster.kubelets)(await read(name), { container: 'main', previous });
  return 'error' in answer ? answer.error : answer.map(({ line }) => line);
}

test('a service is ready only while the service it needs answers, and says so', async () => {
  cluster = await createTestCluster({ programs: [webProgram('catalog'), webProgram('cart', ['catalog.default.svc'])] });
  for (const name of ['catalog', 'cart']) await cluster.apply(serviceOf(name));
  await cluster.apply(deploymentOf('cart', 1));
  await cluster.run(60);
  const [cart] = await listPods('cart');
  expect(isReady(cart!)).toBe(false);
  expect(await logs(cart!.metadata.name)).toContainEqual(
    expect.stringMatching(
      /^level=warn msg="no answer" peer=catalog.default.svc error="dial tcp \S+:8080: connect: connection refused"$/,
    ),
  );
  await cluster.apply(deploymentOf('catalog', 1));
  await cluster.until(async () => isReady(await read(cart!.metadata.name)), 60);
  await cluster.client.delete({ resource: 'deployments.apps', name: 'catalog', namespace: 'default' });
  await cluster.until(async () => !isReady(await read(cart!.metadata.name)), 60);
});

test('a program that gives up on a host outside the cluster exits, and recovers when the host is back', async () => {
  const behaviour = {
    startsIn: 1,
    dependsOn: [
      {
        address: 'postgres://db.example:5432/shop',
        whenMissing: 'exit' as const,
        lines: { missing: ['level=error host={host} port={port} error="{error}"'] },
      },
    ],
  };
  const program: ProgramInput = { ...demo, commands: {}, behaviour };
  cluster = await createTestCluster({ programs: [program], hosts: [{ host: 'db.example', reachable: false }] });
  await cluster.apply(podNamed('shop', {}));
  await cluster.until(
    async () => (await read('shop')).status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
  );
  expect(await logs('shop')).toContain(
    'level=error host=db.example port=5432 error="dial tcp db.example:5432: i/o timeout"',
  );
  cluster.world.setHost('db.example', { reachable: true });
  await cluster.run(600);
  expect(isReady(await read('shop'))).toBe(true);
});

test('a mounted ConfigMap is what the program reads, and env values can refer to each other', async () => {
  const settings = [
    {
      name: 'mode',
      file: '/etc/demo/demo.conf',
      oneOf: ['fast'],
      refused: { lines: ['level=fatal bad={value} url={env.URL}'] },
    },
  ];
  cluster = await createTestCluster({ programs: [{ ...demo, commands: {}, behaviour: { settings } }] });
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'conf', namespace: 'default' },
    data: { 'demo.conf': 'mode=slow', HOST: 'db' },
  };
  await cluster.apply<ConfigMap>(map);
  const env = [
    { name: 'HOST', valueFrom: { configMapKeyRef: { name: 'conf', key: 'HOST' } } },
    { name: 'URL', value: 'http://$(HOST)/' },
  ];
  const volumes = [{ name: 'conf', configMap: { name: 'conf' } }];
  await cluster.apply(podNamed('app', { env, volumeMounts: [{ name: 'conf', mountPath: '/etc/demo' }] }, { volumes }));
  await cluster.run(10);
  expect(await logs('app')).toEqual(['level=fatal bad=slow url=http://db/']);
  const target = { resource: 'configmaps', name: 'conf', namespace: 'default' };
  await cluster.client.patch(target, { type: 'merge', body: { data: { 'demo.conf': 'mode=fast' } } });
  await cluster.run(60);
  expect(isReady(await read('app'))).toBe(true);
});

test('a container that waits for its configuration starts as soon as it is there', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  await cluster.apply(podNamed('app', { args: ['serve'], envFrom: [{ configMapRef: { name: 'late' } }] }));
  await cluster.run(30);
  expect((await read('app')).status?.containerStatuses?.[0]?.state.waiting?.reason).toBe('CreateContainerConfigError');
  await cluster.apply<ConfigMap>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'late', namespace: 'default' },
    data: {},
  });
  await cluster.until(async () => isReady(await read('app')), 30);
});

test('logs are kept for this run and the one before, and refused in the words of a real server', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  await cluster.apply(podNamed('crash', { args: ['crash'] }));
  await cluster.apply(podNamed('nowhere', { image: 'registry.example/demo:none' }));
  await cluster.run(3.2);
  expect(await logs('crash', true)).toBe('previous terminated container "main" in pod "crash" not found');
  await cluster.run(60);
  expect(await logs('crash', true)).toEqual(['level=error msg="one"', 'level=error msg="two"']);
  expect(await logs('nowhere')).toBe(
    'container "main" in pod "nowhere" is waiting to start: trying and failing to pull image',
  );
});

test('lines that are written while a program runs are spaced as the program says', async () => {
  cluster = await createTestCluster({ programs: [webProgram('cart')] });
  await cluster.apply(deploymentOf('cart', 1));
  await cluster.run(62);
  const [pod] = await listPods('cart');
  const lines = logsOf(cluster.kubelets)(pod!, { container: 'main', previous: false });
  if ('error' in lines) throw new Error(lines.error);
  const served = lines.filter(({ line }) => line.includes('served')).map(({ at }) => at);
  expect(served.length).toBeGreaterThan(8);
  expect(new Set(served.slice(1).map((at, i) => at - served[i]!))).toEqual(new Set([5000]));
});

test('a pod that is deleted gets its grace: one that obeys is gone at once, one that does not is killed', async () => {
  const stubborn: ProgramInput = {
    ...demo,
    name: 'stubborn',
    image: { ...demo.image, tags: ['stubborn'] },
    behaviour: { stops: 'ignores' },
    commands: {},
  };
  cluster = await createTestCluster({ programs: [demo, stubborn] });
  await cluster.apply(podNamed('polite', { args: ['serve'] }, { terminationGracePeriodSeconds: 20 }));
  await cluster.apply(
    podNamed('rude', { image: 'registry.example/demo:stubborn' }, { terminationGracePeriodSeconds: 20 }),
  );
  await cluster.run(10);
  for (const name of ['polite', 'rude']) await cluster.client.delete({ resource: 'pods', name, namespace: 'default' });
  await cluster.run(5);
  expect([await read('polite'), (await read('rude')).metadata.name]).toEqual([undefined, 'rude']);
  await cluster.run(18);
  expect(await read('rude')).toBeUndefined();
  const killing = (await cluster.eventsOf('rude')).find(({ reason }) => reason === 'Killing');
  expect(killing?.message).toBe('Stopping container main');
  expect(cluster.world.running.size).toBe(0);
});

test('a pod is over when its slowest container has stopped', async () => {
  const slow: ProgramInput = { ...demo, commands: {}, behaviour: { stops: { after: 6, code: 0 } } };
  cluster = await createTestCluster({ programs: [slow] });
  const pod = podNamed('two', {});
  pod.spec.containers.push({ name: 'other', image: 'registry.example/demo:none' });
  await cluster.apply(pod);
  await cluster.run(20);
  await cluster.client.delete({ resource: 'pods', name: 'two', namespace: 'default' });
  await cluster.run(5);
  expect((await read('two')).status?.containerStatuses?.[0]?.state.running).toBeDefined();
  await cluster.run(5);
  expect(await read('two')).toBeUndefined();
});

test('a startup probe holds the others back, and is silent once it has succeeded', async () => {
  const http = [{ path: '/up', answers: [{ status: 200 }, { from: 60, status: 500 }] }];
  const program: ProgramInput = { ...demo, commands: {}, behaviour: { startsIn: 20, listens: [{ port: 80, http }] } };
  cluster = await createTestCluster({ programs: [program] });
  const probe = { httpGet: { path: '/up', port: 80 }, periodSeconds: 2 };
  const container = { startupProbe: { ...probe, failureThreshold: 30 }, livenessProbe: { tcpSocket: { port: 80 } } };
  await cluster.apply(podNamed('slow', container));
  await cluster.run(15);
  expect((await read('slow')).status?.containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
  await cluster.run(200);
  expect((await read('slow')).status?.containerStatuses?.[0]).toMatchObject({
    started: true,
    ready: true,
    restartCount: 0,
  });
  const unhealthy = (await cluster.eventsOf('slow')).filter(({ reason }) => reason === 'Unhealthy');
  expect(unhealthy.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Startup probe failed: Get .* connection refused$/),
  ]);
});

test('a node keeps what it has pulled when the registry has lost it', async () => {
  cluster = await createTestCluster({ programs: [demo], images: ['registry.example/demo:1'] });
  cluster.world.removeTag('registry.example/demo', '1');
  await cluster.apply(podNamed('kept', { args: ['serve'] }));
  await cluster.apply(podNamed('asked', { args: ['serve'], imagePullPolicy: 'Always' }));
  await cluster.run(10);
  expect([isReady(await read('kept')), isReady(await read('asked'))]).toEqual([true, false]);
});

test('events are counted up, written only so often per object, and forgotten after an hour', async () => {
  cluster = await createTestCluster({ programs: [demo] });
  let writes = 0;
  cluster.client.watch<KubeEvent>('events', ({ type, object }) => {
    if (type !== 'DELETED' && object.type === 'Warning' && object.involvedObject.name === 'crash') writes += 1;
  });
  await cluster.apply(podNamed('crash', { args: ['crash'] }));
  await cluster.run(1800);
  const told = await cluster.eventsOf('crash');
  const warnings = told.filter(({ type }) => type === 'Warning').reduce((sum, { count = 1 }) => sum + count, 0);
  expect(writes).toBeGreaterThan(24);
  expect(writes).toBeLessThanOrEqual(25 + 6);
  expect(warnings).toBeGreaterThan(100);
  await cluster.client.delete({ resource: 'pods', name: 'crash', namespace: 'default' });
  await cluster.run(3600 + 600);
  expect(await cluster.eventsOf('crash')).toEqual([]);
});

test('the back-off is forgotten after ten good minutes', async () => {
  const flaky: ProgramInput = { ...demo, commands: {}, behaviour: { exits: { after: { setting: 'LIFE' }, code: 1 } } };
  cluster = await createTestCluster({ programs: [flaky] });
  await cluster.apply(podNamed('long', { env: [{ name: 'LIFE', value: '700' }] }));
  const reasons = new Set<string>();
  cluster.client.watch<Pod>('pods', ({ object }) => {
    reasons.add(object.status?.containerStatuses?.[0]?.state.waiting?.message ?? '');
  });
  await cluster.run(3600);
  expect((await read('long')).status?.containerStatuses?.[0]?.restartCount).toBe(5);
  expect([...reasons].filter(reason => reason.startsWith('back-off'))).toEqual([]);
});

test('the node is there with its capacity, ready, and knows what its containers use', async () => {
  cluster = await createTestCluster({ programs: [demo], nodes: [nodeNamed('n1', { cpu: '2', memory: '4Gi' })] });
  const node = await cluster.client.get('nodes', 'n1');
  expect(node).toMatchObject({
    status: { capacity: { cpu: '2', memory: '4Gi' }, allocatable: { cpu: '2', memory: '4Gi' } },
  });
  await cluster.apply(podNamed('hog', { args: ['hog'], resources: { limits: { memory: '1Gi' } } }));
  await cluster.run(12);
  const [usage] = cluster.kubelets[0]!.usage();
  expect(usage).toMatchObject({ namespace: 'default', pod: 'hog', container: 'main', cpuCores: 0.01 });
  expect(usage!.memoryBytes).toBeGreaterThan(100 * 2 ** 20);
});

test('an hour of a shop of five services takes a moment', async () => {
  const names = ['gateway', 'cart', 'catalog', 'payments', 'database'];
  const programs = names.map((name, i) =>
    webProgram(
      name,
      names.slice(i + 1, i + 3).map(other => `${other}.default.svc`),
    ),
  );
  cluster = await createTestCluster({ programs, nodes: ['a', 'b', 'c'].map(name => nodeNamed(name)) });
  for (const name of names) {
    await cluster.apply(serviceOf(name));
    await cluster.apply(deploymentOf(name, 2));
  }
  const before = performance.now();
  await cluster.run(3600);
  expect(performance.now() - before).toBeLessThan(5000);
  expect(cluster.clock.now()).toBe(start + 3_600_000);
  expect((await cluster.client.list<Pod>('pods')).items.filter(isReady)).toHaveLength(10);
});
