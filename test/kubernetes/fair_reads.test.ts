import { expect, onTestFinished, test } from 'vitest';
import type { ClusterReader } from '../../src/kubernetes/cluster.ts';
import { createFairReads, type ReadLimits } from '../../src/kubernetes/fair_reads.ts';
import { countRead, metered } from '../../src/kubernetes/read_meter.ts';

/** A cluster whose answers wait until they are let go, and which notes in which order it is asked. */
function heldCluster() {
  const asked: string[] = [];
  const held: (() => void)[] = [];
  let most = 0;
  const cluster = {
    get: ({ name }: { name: string }) =>
      new Promise<undefined>(resolve => {
        asked.push(name);
        held.push(() => resolve(undefined));
        most = Math.max(most, held.length);
        countRead(100);
      }),
  } as unknown as ClusterReader;
  return {
    cluster,
    asked,
    mostAtOnce: () => most,
    letGoOne: async () => {
      await expect.poll(() => held.length).toBeGreaterThan(0);
      held.shift()?.();
    },
  };
}

function readsOf(cluster: ClusterReader, limits: Partial<ReadLimits>) {
  const reads = createFairReads(cluster, limits);
  onTestFinished(() => reads.close());
  const read = (caller: string, name: string, urgency?: 'urgent') =>
    reads.as(caller, urgency).get({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name });
  return { reads, read };
}

test('not more at once than allowed', async () => {
  const { cluster, asked, mostAtOnce, letGoOne } = heldCluster();
  const { read } = readsOf(cluster, { concurrent: 3, perSecond: 1000 });
  const all = Array.from({ length: 12 }, (_, n) => read('a', `${n}`));
  for (let n = 0; n < 12; n++) await letGoOne();
  await Promise.all(all);
  expect([asked.length, mostAtOnce()]).toEqual([12, 3]);
});

test('whoever wants little is not held up by whoever wants much, and what is urgent goes first', async () => {
  const { cluster, asked, letGoOne } = heldCluster();
  const { read } = readsOf(cluster, { concurrent: 1, perSecond: 1000 });
  const all = Array.from({ length: 20 }, (_, n) => read('greedy', `greedy-${n}`));
  all.push(read('modest', 'modest-0'), read('modest', 'modest-1'), read('watcher', 'urgent', 'urgent'));
  for (let n = 0; n < 23; n++) await letGoOne();
  await Promise.all(all);
  expect(asked.indexOf('urgent')).toBeLessThanOrEqual(2);
  expect(asked.indexOf('modest-1')).toBeLessThan(10);
});

test('who has left while waiting is not read for', async () => {
  const { cluster, asked, letGoOne } = heldCluster();
  const { reads, read } = readsOf(cluster, { concurrent: 1, perSecond: 1000 });
  const first = read('a', 'first');
  const leaving = new AbortController();
  const second = reads.as('b').get({ apiVersion: 'v1', kind: 'Node', name: 'second' }, leaving.signal);
  leaving.abort(new Error('gone'));
  await letGoOne();
  await first;
  await expect(second).rejects.toThrow('gone');
  expect(asked).toEqual(['first']);
});

test("what a piece of work reads is counted for it, also when somebody else's end lets it begin", async () => {
  const { cluster, letGoOne } = heldCluster();
  const { read } = readsOf(cluster, { concurrent: 1, perSecond: 1000 });
  const work = (caller: string, count: number) =>
    metered(async () => {
      await Promise.all(Array.from({ length: count }, (_, n) => read(caller, `${caller}-${n}`)));
    });
  const both = Promise.all([work('a', 3), work('b', 2)]);
  for (let n = 0; n < 5; n++) await letGoOne();
  const [a, b] = await both;
  expect([a.cost, b.cost]).toEqual([
    { requests: 3, bytes: 300 },
    { requests: 2, bytes: 200 },
  ]);
});
