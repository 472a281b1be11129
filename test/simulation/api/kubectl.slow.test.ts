import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Deployment, Pod } from '../../../src/kubernetes/objects.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import type { ApiClient } from '../../../src/simulation/api/client.ts';
import { type ApiServer, createApiServer } from '../../../src/simulation/api/server.ts';
import { deployment, node, pod, revision } from './fixtures.ts';

interface Ran {
  code: number;
  out: string;
  err: string;
}

let folder: string;
let server: ApiServer;
let client: ApiClient;
let close: () => Promise<void>;
let kubectl: (...args: string[]) => Promise<Ran>;

beforeEach(async () => {
  const program = findKubectl();
  folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  server = createApiServer({ clock: systemClock });
  client = server.client();
  const listening = await server.listen();
  close = listening.close;
  const kubeconfig = await writeKubeconfig(listening.url);
  // A HOME of its own: kubectl keeps what it discovers there, by the server's address.
  kubectl = (...args) => run(program, args, { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: kubeconfig });
});

afterEach(async () => {
  await close?.();
  await rm(folder, { recursive: true, force: true });
});

function findKubectl(): string {
  const named = process.env['KUBECTL'];
  const candidates = named
    ? [named]
    : (process.env['PATH'] ?? '').split(delimiter).map(place => join(place, 'kubectl'));
  const found = candidates.find(existsSync);
  if (!found) throw new Error('expected kubectl on the PATH, found none: install it, or name it in KUBECTL');
  return found;
}

async function writeKubeconfig(url: string): Promise<string> {
  const path = join(folder, 'config.json');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'embedded', cluster: { server: url } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user: 'nobody' } }],
    'current-context': 'embedded',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

function run(program: string, args: string[], env: Record<string, string>): Promise<Ran> {
  return new Promise(resolve => {
    execFile(program, args, { env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
    });
  });
}

async function manifest(...objects: object[]): Promise<string> {
  const path = join(folder, 'manifest.json');
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return path;
}

/** A cell for each word, or group of words, that kubectl puts between wide gaps. */
function rows(ran: Ran): string[][] {
  expect(ran.err).toBe('');
  return ran.out
    .trimEnd()
    .split('\n')
    .map(line => line.trimEnd().split(/ {3,}/));
}

async function runningPod(name: string): Promise<Pod> {
  await client.bind(await client.create<Pod>('pods', pod(name)), 'n1');
  const startedAt = new Date(systemClock.now()).toISOString();
  const status = {
    phase: 'Running',
    podIP: '10.1.0.9',
    hostIP: '10.0.0.1',
    containerStatuses: [
      {
        name: 'app',
        image: 'registry.example/web:1',
        imageID: 'registry.example/web@sha256:0',
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt } },
        lastState: {},
      },
    ],
  };
  const target = { resource: 'pods', name, namespace: 'default' };
  return client.patch<Pod>(target, { type: 'merge', subresource: 'status', body: { status } });
}

test('get: everything everywhere, wide, by name, by label, as YAML', async () => {
  await client.create('nodes', node('n1'));
  await runningPod('web');
  await client.create('deployments.apps', deployment('shop'));
  expect(rows(await kubectl('get', 'pods', '-A'))).toEqual([
    ['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
    ['default', 'web', '1/1', 'Running', '0', expect.stringMatching(/^\d+s$/)],
  ]);
  const wide = rows(await kubectl('get', 'po', '-o', 'wide'));
  expect(wide[1]).toEqual(expect.arrayContaining(['10.1.0.9', 'n1']));
  expect(rows(await kubectl('get', 'deploy', '-o', 'wide'))[1]).toEqual([
    'shop',
    '0/2',
    '0',
    '0',
    expect.anything(),
    'app',
    'registry.example/web:1',
    'app=shop',
  ]);
  expect(rows(await kubectl('get', 'nodes'))[1]?.slice(0, 3)).toEqual(['n1', 'Ready', '<none>']);
  const all = await kubectl('get', 'all', '-A');
  expect(all.out).toContain('pod/web');
  expect(all.out).toContain('deployment.apps/shop');
  expect((await kubectl('get', 'pods', '-l', 'app in (web)', '-o', 'name')).out).toBe('pod/web\n');
  expect((await kubectl('get', 'pods', '--field-selector', 'spec.nodeName=other')).err).toContain('No resources found');
  const yaml = await kubectl('get', 'deployment', 'shop', '-o', 'yaml');
  expect(yaml.out).toContain('progressDeadlineSeconds: 600');
  const missing = await kubectl('get', 'deployment', 'nothing');
  expect(missing).toMatchObject({
    code: 1,
    err: 'Error from server (NotFound): deployments.apps "nothing" not found\n',
  });
});

test('describe: a pod with its events, a deployment, a node, a service', async () => {
  await client.create('nodes', node('n1'));
  const { metadata } = await runningPod('web');
  await client.create('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web', uid: metadata.uid },
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container',
    count: 3,
    firstTimestamp: metadata.creationTimestamp,
    lastTimestamp: metadata.creationTimestamp,
    source: { component: 'kubelet', host: 'n1' },
  } as never);
  const described = await kubectl('describe', 'pod', 'web');
  expect(described.out).toMatch(/Status: +Running/);
  expect(described.out).toMatch(/Warning +BackOff .*Back-off restarting failed container/);
  expect(rows(await kubectl('get', 'events'))[1]).toEqual(expect.arrayContaining(['Warning', 'BackOff', 'pod/web']));
  await client.create('deployments.apps', deployment('shop'));
  expect((await kubectl('describe', 'deployment', 'shop')).out).toContain('25% max unavailable, 25% max surge');
  expect((await kubectl('describe', 'node', 'n1')).out).toMatch(/default +web/);
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { selector: { app: 'shop' }, ports: [{ port: 80, targetPort: 8080 }] },
  };
  await client.create('services', service);
  expect((await kubectl('describe', 'service', 'shop')).out).toMatch(/TargetPort: +8080\/TCP/);
});

test('create, apply, scale, patch in three ways, label, annotate, delete', async () => {
  const file = await manifest(deployment('shop'), pod('web'));
  expect((await kubectl('create', '-f', file)).out).toBe('deployment.apps/shop created\npod/web created\n');
  expect(await kubectl('create', '-f', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('(AlreadyExists)'),
  });
  const shop = async () => (await client.get<Deployment>('deployments.apps', 'shop', 'default'))!;
  const steps: [string[], (current: Deployment) => unknown, unknown][] = [
    [['scale', 'deployment/shop', '--replicas=5'], ({ spec }) => spec.replicas, 5],
    [
      [
        'patch',
        'deployment',
        'shop',
        '-p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example/web:2"}]}}}}',
      ],
      ({ spec }) => spec.template.spec.containers,
      [expect.objectContaining({ image: 'registry.example/web:2', imagePullPolicy: 'IfNotPresent' })],
    ],
    [['patch', 'deployment', 'shop', '--type=merge', '-p', '{"spec":{"replicas":3}}'], ({ spec }) => spec.replicas, 3],
    [
      ['patch', 'deployment', 'shop', '--type=json', '-p', '[{"op":"replace","path":"/spec/replicas","value":4}]'],
      ({ spec }) => spec.replicas,
      4,
    ],
    [['label', 'deployment', 'shop', 'tier=front'], ({ metadata }) => metadata.labels, { app: 'shop', tier: 'front' }],
    [['annotate', 'deployment', 'shop', 'note=hello'], ({ metadata }) => metadata.annotations, { note: 'hello' }],
    [
      ['set', 'image', 'deployment/shop', 'app=registry.example/web:3'],
      ({ spec }) => spec.template.spec.containers[0]?.image,
      'registry.example/web:3',
    ],
    [
      ['set', 'env', 'deployment/shop', 'MODE=fast'],
      ({ spec }) => spec.template.spec.containers[0]?.env,
      [{ name: 'MODE', value: 'fast' }],
    ],
    [
      ['rollout', 'restart', 'deployment/shop'],
      ({ spec }) => Object.keys(spec.template.metadata?.annotations ?? {}),
      ['kubectl.kubernetes.io/restartedAt'],
    ],
    [
      ['patch', 'deployment', 'shop', '--dry-run=server', '-p', '{"spec":{"replicas":9}}'],
      ({ spec }) => spec.replicas,
      4,
    ],
    [['apply', '-f', file], ({ spec }) => spec.replicas, 2],
  ];
  for (const [args, look, expected] of steps) {
    expect(await kubectl(...args)).toMatchObject({ code: 0 });
    expect(look(await shop()), args.join(' ')).toEqual(expected);
  }
  expect(await kubectl('delete', 'deployment', 'shop')).toMatchObject({
    code: 0,
    out: 'deployment.apps "shop" deleted\n',
  });
  expect(await client.get('deployments.apps', 'shop', 'default')).toBeUndefined();
});

test('a graceful deletion is waited for until the kubelet has ended the pod', async () => {
  await runningPod('web');
  const deleting = kubectl('delete', 'pod', 'web', '--grace-period=5');
  const ended = new Promise<void>(resolve => {
    const stop = client.watch<Pod>('pods', ({ object }) => {
      if (object.metadata.deletionGracePeriodSeconds !== 5) return;
      stop();
      resolve(client.delete({ resource: 'pods', name: 'web', namespace: 'default' }, { gracePeriodSeconds: 0 }));
    });
  });
  await ended;
  expect(await deleting).toMatchObject({ code: 0, out: 'pod "web" deleted\n' });
});

test('logs: whole, the last lines, of the container before', async () => {
  server.setLogSource((_pod, { previous }) =>
    (previous ? ['it crashed'] : ['first', 'second']).map(line => ({ at: systemClock.now(), line })),
  );
  await runningPod('web');
  expect((await kubectl('logs', 'web')).out).toBe('first\nsecond\n');
  expect((await kubectl('logs', 'web', '--tail=1')).out).toBe('second\n');
  expect((await kubectl('logs', '-p', 'web')).out).toBe('it crashed\n');
  server.setLogSource(() => ({ error: 'container "app" in pod "web" is waiting to start: ContainerCreating' }));
  expect(await kubectl('logs', 'web')).toMatchObject({
    code: 1,
    err: expect.stringContaining('is waiting to start: ContainerCreating'),
  });
});

test('rollout history and undo, from revisions that a controller would have left', async () => {
  const { metadata } = await client.create<Deployment>(
    'deployments.apps',
    deployment('shop', 'registry.example/web:2'),
  );
  const target = { resource: 'deployments.apps', name: 'shop', namespace: 'default' };
  const annotations = { 'deployment.kubernetes.io/revision': '2' };
  const owner = await client.patch<Deployment>(target, { type: 'merge', body: { metadata: { annotations } } });
  expect(owner.metadata.uid).toBe(metadata.uid);
  await client.create('replicasets.apps', revision(owner, 1, 'registry.example/web:1'));
  await client.create('replicasets.apps', revision(owner, 2, 'registry.example/web:2'));
  const history = await kubectl('rollout', 'history', 'deployment/shop');
  expect(history.out).toMatch(/^1 +<none>\n2 +<none>/m);
  expect(await kubectl('rollout', 'undo', 'deployment/shop')).toMatchObject({
    code: 0,
    out: 'deployment.apps/shop rolled back\n',
  });
  const undone = await client.get<Deployment>('deployments.apps', 'shop', 'default');
  expect(undone?.spec.template.spec.containers[0]?.image).toBe('registry.example/web:1');
  expect(undone?.spec.template.metadata?.labels).toEqual({ app: 'shop' });
});
