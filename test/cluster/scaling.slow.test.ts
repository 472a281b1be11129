import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectedCluster, connectCluster } from '../../src/kubernetes/connect.ts';
import type { Node, Pod } from '../../src/kubernetes/objects.ts';
import { factsOf } from '../tools/kubernetes/facts_of.ts';
import { type ScalingWorld, scalingWorld } from '../tools/kubernetes/scaling_world.ts';
import { type ControlPlane, startControlPlane } from './control_plane.ts';
import { programFile } from './programs.ts';

/** What we say would fit, beside what the real scheduler, quotas and limit ranges then let in. */

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

const kubectl = (...args: string[]) => run(programFile('kubectl'), ['--kubeconfig', plane.kubeconfig, ...args]);
const pods = { apiVersion: 'v1', kind: 'Pod' };
const nodes = { apiVersion: 'v1', kind: 'Node' };

async function create(...objects: object[]): Promise<void> {
  const file = join(dirname(plane.kubeconfig), 'scaling.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  await kubectl('create', '--filename', file);
}

/** Who has a node in this namespace, once nothing has moved for some seconds. */
async function settled(namespace: string): Promise<number> {
  const look = async () => {
    const { items } = await cluster.list<Pod>(pods, { namespace });
    const told = items.filter(({ spec, status }) => spec.nodeName || status?.conditions?.length);
    return {
      items,
      text: items.map(({ metadata, spec }) => `${metadata.name} ${spec.nodeName}`).join(),
      done: told.length === items.length,
    };
  };
  let before = await look();
  for (let quiet = 0; quiet < 6; ) {
    await pause(500);
    const now = await look();
    quiet = now.done && now.text === before.text ? quiet + 1 : 0;
    before = now;
  }
  return before.items.filter(({ metadata, spec }) => metadata.labels?.['app'] === 'web' && spec.nodeName).length;
}

/** A node that is well, as long as nobody misses its kubelet. */
const wellNode = (node: Node): Node => ({
  ...node,
  status: {
    ...node.status,
    conditions: [{ type: 'Ready', status: 'True', ...{ lastHeartbeatTime: new Date().toISOString() } }],
  },
});

async function foretoldAndTrue(world: ScalingWorld, namespace: string) {
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...world.nodes.map(wellNode));
  const isOpen = async () =>
    (await cluster.list<Node>(nodes)).items.every(
      ({ spec }) => !spec?.taints?.some(({ key }) => key.endsWith('/not-ready')),
    );
  await expect.poll(isOpen, { timeout: 20_000 }).toBe(true);
  for (const { metadata, ...object } of world.objects) {
    await create({ ...object, metadata: { ...metadata, namespace } });
    await settled(namespace);
  }
  const before = await settled(namespace);
  const args = { namespace, name: 'web', replicas: world.replicas };
  const facts = await factsOf(cluster, 'check_scaling_feasibility', args);
  await kubectl(
    'scale',
    'deployment/web',
    '--namespace',
    namespace,
    '--replicas',
    `${Math.max(world.replicas, before)}`,
  );
  const happened = (await settled(namespace)) - before;
  await kubectl('delete', 'deployments', '--all', '--namespace', namespace);
  await kubectl('delete', 'pods', '--all', '--force', '--grace-period=0', '--namespace', namespace);
  await kubectl('delete', 'nodes', '--all');
  return { foretold: facts?.['fit'], further: facts?.['further'], happened };
}

test('as many pods get a node on a real control plane as was foretold', async () => {
  const worlds = fc.sample(scalingWorld, { numRuns: 4, seed: 20_261_121 });
  let limited = 0;
  for (const [index, world] of worlds.entries()) {
    const { foretold, further, happened } = await foretoldAndTrue(world, `scaling-${index}`);
    expect.soft(happened, JSON.stringify(world)).toBe(foretold);
    if (happened !== further) limited += 1;
  }
  // Otherwise it would only be seen that what is roomy is roomy.
  expect(limited).toBeGreaterThan(1);
}, 600_000);
