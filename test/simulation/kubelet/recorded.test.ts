import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { KubeEvent, KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { compareEvents, compareFinal, compareHistory, compareOwner, type Difference } from './compare.ts';
import { type Moment, momentOf, type OwnerStatus, type Recording, readRecording, recordingNames } from './recording.ts';

const recordedSeconds = 200;

/** What differs, and why: only what is listed may, and what is listed has to. */
const listed = JSON.parse(readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8')) as {
  everywhere: Record<string, string>;
  cases: Record<string, Record<string, string>>;
};

/**
 * Seconds after which a recording hung on a hair, and what followed proves nothing. `liveness-fails`: the probe killed
 * the container in the very second in which its back-off of 20 s ran out, and so it was started at once.
 */
const chanceAfter: Record<string, number> = { 'liveness-fails': 45 };

const everywhere = new Map<string, number>();

test.each(recordingNames())('%s goes here as it went on a real node', async name => {
  const recording = readRecording(name);
  const differences = await play(name, recording);
  for (const { where } of differences) everywhere.set(where, (everywhere.get(where) ?? 0) + 1);
  const own = differences.filter(({ where }) => listed.everywhere[where] === undefined);
  const expected = Object.keys(listed.cases[name] ?? {});
  const surprises = own.filter(({ where }) => !expected.includes(where));
  expect(surprises.map(({ where, how }) => `${where}: ${how}`).join('\n')).toBe('');
  expect(expected.filter(where => !own.some(one => one.where === where))).toEqual([]);
});

test('what is listed as different everywhere is', () => {
  expect(Object.keys(listed.everywhere).filter(where => !everywhere.has(where))).toEqual([]);
  expect(Object.keys(listed.cases).filter(name => !recordingNames().includes(name))).toEqual([]);
});

async function play(name: string, recording: Recording): Promise<Difference[]> {
  const wasPulled = Object.values(recording.pods).some(({ events }) => events.some(one => one.reason === 'Pulling'));
  const images = wasPulled ? [] : ['registry.example/demo:1'];
  const cluster = await createTestCluster({ programs: [demo], syncSeconds: 2, images });
  try {
    cluster.world.setRegistry('127.0.0.1:1', false);
    await prepare(cluster, name);
    const seen = recordHistory(cluster);
    const begin = cluster.seconds();
    await create(cluster, recording.applied);
    await cluster.run(recordedSeconds);
    if (name === 'finalizer-holds') await removeAndWait(cluster, name);
    return await compare(cluster, recording, { name, seen: shifted(seen, begin) });
  } finally {
    cluster.stop();
  }
}

/** What was there before. */
async function prepare(cluster: TestCluster, name: string): Promise<void> {
  if (name === 'anti-affinity-self') {
    await create(cluster, readRecording('healthy').applied);
    await cluster.run(10);
  }
  if (name === 'claim-unbound') {
    const resources = { requests: { storage: '1Gi' } };
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources };
    await create(cluster, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'unbound' },
      ...{ spec },
    });
  }
}

/** The recorder cleaned up at the end. */
async function removeAndWait(cluster: TestCluster, name: string): Promise<void> {
  await cluster.client.delete({ resource: 'pods', name, namespace: 'default' });
  await cluster.run(10);
}

const resources: Record<string, string> = {
  Pod: 'pods',
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  Job: 'jobs.batch',
  PersistentVolumeClaim: 'persistentvolumeclaims',
};

async function create({ client }: TestCluster, object: KubeObject): Promise<void> {
  await client.create(resources[object.kind]!, { ...object, metadata: { ...object.metadata, namespace: 'default' } });
}

function recordHistory(cluster: TestCluster): Map<string, Moment[]> {
  const seen = new Map<string, Moment[]>();
  cluster.client.watch<Pod>('pods', ({ object: { metadata, status } }) => {
    if (!status) return;
    const { initContainerStatuses: init, containerStatuses: containers } = status;
    const moment = momentOf(cluster.seconds(), {
      ...status,
      ...(init ? { init } : {}),
      ...(containers ? { containers } : {}),
    });
    seen.set(metadata.name, [...(seen.get(metadata.name) ?? []), moment]);
  });
  return seen;
}

function shifted(seen: Map<string, Moment[]>, begin: number): Map<string, Moment[]> {
  return new Map([...seen].map(([name, moments]) => [name, moments.map(one => ({ ...one, at: one.at - begin }))]));
}

async function compare(
  cluster: TestCluster,
  { pods, owners = {} }: Recording,
  { name, seen }: { name: string; seen: Map<string, Moment[]> },
): Promise<Difference[]> {
  const items = (await cluster.client.list<Pod>('pods', { namespace: 'default' })).items.filter(
    one => one.metadata.labels?.['case'] === name,
  );
  const ours = items.sort(
    (a, b) => (seen.get(a.metadata.name)?.[0]?.at ?? 0) - (seen.get(b.metadata.name)?.[0]?.at ?? 0),
  );
  const found: Difference[] = [];
  if (ours.length !== Object.keys(pods).length) found.push({ where: 'pods', how: `${ours.length} here` });
  for (const [i, recorded] of Object.values(pods).entries()) {
    const pod = ours[i];
    if (!pod) continue;
    const until = chanceAfter[name] ?? Infinity;
    const moments = (seen.get(pod.metadata.name) ?? []).filter(({ at }) => at <= recordedSeconds);
    found.push(...compareHistory(moments, recorded, until));
    if (until === Infinity) found.push(...compareFinal(pod, recorded.final));
    found.push(...compareEvents(await eventsOf(cluster, pod), recorded.events));
  }
  for (const [title, { status, events }] of Object.entries(owners)) {
    const [kind = ''] = title.split('/');
    const { items: known } = await cluster.client.list<KubeObject & { status?: OwnerStatus }>(resources[kind]!);
    const owner = known[0];
    if (!owner) found.push({ where: kind, how: `expected ${title}, got none` });
    else {
      const more = [
        ...compareOwner(owner.status ?? {}, status),
        ...compareEvents(await eventsOf(cluster, owner), events),
      ];
      found.push(...more.map(({ where, how }) => ({ where: `${kind} ${where}`, how })));
    }
  }
  return found;
}

async function eventsOf({ client }: TestCluster, { metadata }: KubeObject): Promise<KubeEvent[]> {
  const { items } = await client.list<KubeEvent>('events', { namespace: 'default' });
  return items.filter(({ involvedObject }) => involvedObject.uid === metadata.uid);
}
