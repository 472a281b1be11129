import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PodDisruptionBudget } from '../../../src/kubernetes/kinds/policy.ts';
import { asking, createStage, type Stage } from './stage.ts';

const priorities = { high: 1000, polite: 1000, middle: 500, low: 10 };

let stage: Stage;
beforeEach(async () => {
  stage = createStage();
  for (const [name, value] of Object.entries(priorities)) {
    const metadata = { name };
    const policy = name === 'polite' ? { preemptionPolicy: 'Never' } : {};
    const priorityClass = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value, ...policy };
    await stage.create('priorityclasses.scheduling.k8s.io', priorityClass);
  }
});
afterEach(() => stage.stop());

const half = (name: keyof typeof priorities) => asking({ cpu: '2' }, of(name));
const of = (name: keyof typeof priorities) => ({ priorityClassName: name, priority: priorities[name] });

test('the more important pod gets the room of the least important one', async () => {
  await stage.node('a');
  await stage.pod('low', half('low'));
  await stage.pod('middle', half('middle'));
  await stage.run(2);
  await stage.pod('high', half('high'));
  await stage.run(2);
  const { status } = await stage.podOf('high');
  expect(status?.nominatedNodeName).toBe('a');
  expect(status?.conditions?.[0]?.message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  const victim = await stage.podOf('low');
  expect(victim.metadata.deletionTimestamp).toBeDefined();
  expect(victim.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }),
  );
  const { metadata } = await stage.podOf('high');
  expect((await stage.events('low')).map(({ message }) => message)).toContain(
    `Preempted by pod ${metadata.uid} on node a`,
  );
  expect((await stage.podOf('middle')).metadata.deletionTimestamp).toBeUndefined();
  await stage.delete('low');
  await stage.run(15);
  expect(await stage.nodeOf('high')).toBe('a');
});

test('room that was made is kept from those that matter less', async () => {
  await stage.node('a');
  await stage.pod('low', half('low'));
  await stage.pod('rest', half('high'));
  await stage.run(2);
  await stage.pod('high', half('high'));
  await stage.run(2);
  await stage.delete('low');
  await stage.pod('middle', half('middle'));
  await stage.run(20);
  expect([await stage.nodeOf('high'), await stage.nodeOf('middle')]).toEqual(['a', undefined]);
});

test('it goes where no disruption budget is in the way', async () => {
  await stage.node('a');
  await stage.node('b');
  for (const [name, app] of [
    ['one', 'guarded'],
    ['two', 'free'],
  ] as const) {
    await stage.pod(name, asking({ cpu: '4' }, of('low')), { app });
  }
  await stage.run(2);
  const budget: PodDisruptionBudget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'guard', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
  };
  await stage.create('poddisruptionbudgets.policy', budget);
  await stage.pod('high', half('high'));
  await stage.run(2);
  expect((await stage.podOf('one')).metadata.deletionTimestamp).toBeUndefined();
  expect((await stage.podOf('two')).metadata.deletionTimestamp).toBeDefined();
});

test('who must not push others waits', async () => {
  await stage.node('a');
  await stage.pod('low', asking({ cpu: '4' }, of('low')));
  await stage.run(2);
  await stage.pod('polite', half('polite'));
  await stage.run(2);
  expect(await stage.refusal('polite')).toBe(
    '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
      'preemption: not eligible due to preemptionPolicy=Never.',
  );
  expect((await stage.podOf('low')).metadata.deletionTimestamp).toBeUndefined();
});

test('of several that wait, the important one comes first', async () => {
  await stage.pod('late', half('low'));
  await stage.pod('early', asking({ cpu: '3' }, of('high')));
  await stage.run(30);
  await stage.node('a');
  await stage.run(15);
  expect([await stage.nodeOf('early'), await stage.nodeOf('late')]).toEqual(['a', undefined]);
});
