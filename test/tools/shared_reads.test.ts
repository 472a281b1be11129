import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClusterError, type ClusterReader, type ListQuery } from '../../src/kubernetes/cluster.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import type { KubeObject } from '../../src/kubernetes/objects.ts';
import { createSharedReads } from '../../src/tools/shared_reads.ts';
import { configMap, createWorld, type World } from './kubernetes/world.ts';

const namespace = 'shop';
const ref = (name: string) => ({ ...kinds.configMap, namespace, name });
const named = (name: string, labels: Record<string, string> = {}): KubeObject => {
  const object = configMap(name);
  return { ...object, metadata: { ...object.metadata, labels } };
};

function shared(world: ClusterReader) {
  const time = { now: 0 };
  const reads = createSharedReads({ clock: { now: () => time.now } });
  return { time, reads, cluster: reads.over(world) };
}

/** Asks for five different objects, which is a crowd. */
async function crowd(cluster: ClusterReader): Promise<void> {
  for (let i = 0; i < 5; i += 1) await cluster.get(ref(`nobody-${i}`));
}

test('what was read a moment ago is not read again, until it is old or everything is forgotten', async () => {
  const world = createWorld([named('a')]);
  const { cluster, time, reads } = shared(world);
  const both = await Promise.all([cluster.get(ref('a')), cluster.get(ref('a'))]);
  expect(both.map(object => object?.metadata.name)).toEqual(['a', 'a']);
  const listed = await cluster.list(kinds.configMap, { namespace });
  listed.items.pop();
  expect((await cluster.list(kinds.configMap, { namespace })).items).toHaveLength(1);
  expect(await cluster.get(ref('b'))).toBeUndefined();
  expect(await cluster.get(ref('b'))).toBeUndefined();
  expect(world.requests()).toBe(3);
  time.now += 5_000;
  await cluster.get(ref('a'));
  expect(world.requests()).toBe(4);
  reads.clear();
  await cluster.get(ref('a'));
  expect(world.requests()).toBe(5);
});

test('where many ask for this and that, all is read in one go, and again when it is old', async () => {
  const world = createWorld(Array.from({ length: 100 }, (_, i) => named(`m-${i}`, { app: `app-${i % 50}` })));
  const { cluster, time } = shared(world);
  for (let i = 0; i < 50; i += 1) {
    expect((await cluster.get(ref(`m-${i}`)))?.metadata.name).toBe(`m-${i}`);
    expect((await cluster.list(kinds.configMap, { namespace, labelSelector: `app=app-${i}` })).items).toHaveLength(2);
  }
  // The first four were asked one by one.
  expect(world.requests()).toBe(5);
  time.now += 6_000;
  await cluster.get(ref('m-7'));
  expect(world.requests()).toBe(6);
  time.now += 20_000;
  await cluster.get(ref('m-7'));
  await cluster.get(ref('m-8'));
  expect(world.requests()).toBe(8);
});

const label = fc.constantFrom('red', 'blue', 'green');
const query = fc.record(
  { labelSelector: label.map(color => `color=${color}`), limit: fc.integer({ min: 1, max: 8 }) },
  { requiredKeys: [] },
);

test('a crowd is told what each would have been told alone', async () => {
  const questions = fc.array(fc.oneof(fc.nat({ max: 9 }), query), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(label, { maxLength: 10 }), questions, async (colors, asked) => {
      const world = createWorld(colors.map((color, i) => named(`m-${i}`, { color })));
      const { cluster } = shared(world);
      await crowd(cluster);
      for (const each of asked) expect(await answer(cluster, each)).toEqual(await answer(world, each));
    }),
  );
});

async function answer(cluster: ClusterReader, asked: number | ListQuery) {
  if (typeof asked === 'number') return cluster.get(ref(`m-${asked}`));
  const { items, metadata } = await cluster.list(kinds.configMap, { namespace, ...asked });
  return { items, isCut: metadata.continue !== undefined };
}

test.each<[string, (world: World) => ClusterReader]>([
  ['that holds too much', world => world],
  [
    'of which only single objects are open to us',
    world => ({ ...world, list: () => Promise.reject(new ClusterError(403, 'Forbidden', 'not all of them')) }),
  ],
])('of a namespace %s each is asked for alone', async (_why, restrict) => {
  const world = createWorld(Array.from({ length: 501 }, (_, i) => named(`m-${i}`)));
  const { cluster } = shared(restrict(world));
  await crowd(cluster);
  const before = world.requests();
  for (let i = 0; i < 3; i += 1) expect((await cluster.get(ref(`m-${i}`)))?.metadata.name).toBe(`m-${i}`);
  expect(world.requests()).toBe(before + 3);
});

test('a selector that only the API server understands is asked there', async () => {
  const world = createWorld([named('a')]);
  const { cluster } = shared(world);
  await crowd(cluster);
  const before = world.requests();
  await cluster.list(kinds.configMap, { namespace, labelSelector: 'color in (red, blue)' });
  expect(world.requests()).toBe(before + 1);
});

test('fields choose too: one that is not there is empty', async () => {
  const world = createWorld([named('a'), named('b')]);
  const { cluster } = shared(world);
  await crowd(cluster);
  const chosen = async (fieldSelector: string) =>
    (await cluster.list(kinds.configMap, { namespace, fieldSelector })).items.map(({ metadata }) => metadata.name);
  expect(await chosen('metadata.name=b')).toEqual(['b']);
  expect(await chosen('metadata.name!=b,spec.nodeName=')).toEqual(['a']);
  expect(await chosen('spec.nodeName=node-a')).toEqual([]);
});
