import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectedCluster, connectCluster } from '../../src/kubernetes/connect.ts';
import { createNodeLoads, readNodeLoads } from '../../src/kubernetes/node_loads.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { connectTools } from '../../src/tools/connect.ts';
import { openInstruments } from '../../src/tools/instruments.ts';
import { type ControlPlane, startControlPlane } from './control_plane.ts';
import { programFile } from './programs.ts';

/** What only a real API server can prove: that we understand its discovery and its watches. */

const run = promisify(execFile);
const ends: (() => Promise<unknown>)[] = [];
let plane: ControlPlane;
let cluster: ConnectedCluster;

beforeAll(async () => {
  plane = await startControlPlane();
  ends.push(plane.stop);
  cluster = await connectCluster({ kubeconfig: plane.kubeconfig, requestTimeoutMs: 10_000 });
  ends.push(cluster.close);
}, 300_000);

afterAll(async () => {
  for (const end of ends.reverse()) await end();
}, 120_000);

const kubectl = async (...args: string[]) =>
  (await run(programFile('kubectl'), ['--kubeconfig', plane.kubeconfig, ...args])).stdout.trim();

async function apply(...objects: object[]): Promise<void> {
  const file = join(dirname(plane.kubeconfig), 'any_kind.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await kubectl('apply', '--filename', file);
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'backups.example.com' },
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
};

test('the kinds are those that kubectl finds', async () => {
  const { signal } = new AbortController();
  const found = await cluster.discover(signal);
  const names = found
    .filter(({ verbs }) => verbs.includes('get') && verbs.includes('list'))
    .map(({ plural, group }) => (group === '' ? plural : `${plural}.${group}`));
  const known = await kubectl('api-resources', '--verbs=get,list', '--output', 'name');
  expect(names.sort()).toEqual(known.split('\n').sort());
  expect(names.length).toBeGreaterThan(30);
}, 60_000);

test('a custom resource is read by its short name, field by field', async () => {
  await apply(definition);
  await kubectl('wait', '--for=condition=Established', 'crd/backups.example.com', '--timeout=30s');
  const status = { conditions: [{ type: 'Ready', status: 'False', reason: 'NoSpace', message: 'the disk is full' }] };
  const metadata = { name: 'nightly', namespace: 'default' };
  await apply({ apiVersion: 'example.com/v1', kind: 'Backup', metadata, spec: { keep: 3 }, status });
  const { instruments, close } = openInstruments({ cluster, clock: systemClock, log: silentLog });
  const tools = await connectTools({ clusterFor: () => cluster, clock: systemClock, log: silentLog, instruments });
  const ask = async (args: object) => (await tools.call('get_resource', { ...args })).text;
  expect(await ask({ kind: 'bk' })).toMatch(/default\/nightly: Ready=False \(NoSpace: the disk is full\)/);
  expect(await ask({ kind: 'backup', name: 'nightly', path: '{.spec.keep}' })).toMatch(/spec\.keep\}?: 3$/);
  expect(await ask({ kind: 'secrets', namespace: 'default' })).toMatch(/^Secrets are never read here/);
  await tools.close();
  await close();
}, 90_000);

test('what is followed comes to be what a fresh list says', async () => {
  const node = (name: string, cpu: string) => ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
    status: { capacity: { cpu, memory: '8Gi', pods: '20' }, allocatable: { cpu, memory: '8Gi', pods: '20' } },
  });
  const pod = (name: string, nodeName: string) => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' } },
    spec: { nodeName, containers: [{ name: 'main', image: 'main', resources: { requests: { cpu: '300m' } } }] },
  });
  await apply(node('real-a', '4'), node('real-b', '2'));
  await expect
    .poll(() => kubectl('get', 'serviceaccounts', '--output', 'name'), { timeout: 30_000 })
    .toContain('default');
  await apply(pod('first', 'real-a'), pod('second', 'real-a'));
  const { signal } = new AbortController();
  const followed = createNodeLoads({ watcher: cluster, clock: systemClock, log: silentLog, mostToRead: 1 });
  ends.push(followed.stop);
  const before = (await followed.read(cluster, signal)).loads;
  await apply(pod('third', 'real-b'), pod('fourth', 'real-b'));
  await kubectl('delete', 'pod', 'first', '--grace-period=0', '--force');
  await kubectl('cordon', 'real-a');
  const fresh = (await readNodeLoads.read(cluster, signal)).loads.sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(fresh).not.toEqual(before);
  await expect.poll(async () => (await followed.read(cluster, signal)).loads, { timeout: 20_000 }).toEqual(fresh);
}, 120_000);
