import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { byDeletionOrder } from '../../../src/simulation/controllers/pod_ranking.ts';

function pod(
  name: string,
  facts: {
    node?: string;
    phase?: 'Pending' | 'Running';
    readyAt?: string;
    restarts?: number;
    born?: string;
    cost?: string;
  } = {},
): Pod {
  const { node = 'a', phase = 'Running', readyAt, restarts = 0, born = '2026-03-01T10:00:00Z', cost } = facts;
  const annotations = cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': cost };
  const ready = { type: 'Ready', status: 'True' as const, lastTransitionTime: readyAt ?? '' };
  const containerStatuses = [
    { name: 'main', image: '', imageID: '', ready: true, restartCount: restarts, state: {}, lastState: {} },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: born, annotations },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: { phase, conditions: readyAt === undefined ? [] : [ready], containerStatuses },
  };
}

test('those that cost least to lose go first', () => {
  const early = '2026-03-01T10:01:00Z';
  const late = '2026-03-01T10:05:00Z';
  const inOrder = [
    pod('unassigned', { node: '', phase: 'Pending' }),
    pod('pending', { node: 'b', phase: 'Pending' }),
    pod('unready', { node: 'b' }),
    pod('cheap', { node: 'b', readyAt: early, cost: '-5' }),
    pod('crowded', { node: 'a', readyAt: early }),
    pod('ready lately', { node: 'b', readyAt: late }),
    pod('restarted', { node: 'b', readyAt: early, restarts: 3 }),
    pod('newer', { node: 'b', readyAt: early, born: '2026-03-01T10:05:00Z' }),
    pod('oldest', { node: 'b', readyAt: early }),
    pod('dear', { node: 'b', readyAt: early, cost: '5' }),
  ];
  const others = Array.from({ length: 8 }, (_, i) => pod(`elsewhere ${i}`, { node: 'a', readyAt: early, cost: '100' }));
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), shuffled => {
      const names = shuffled
        .toSorted(byDeletionOrder([...inOrder, ...others], Date.parse('2026-03-01T10:05:30Z')))
        .map(({ metadata }) => metadata.name);
      expect(names).toEqual(inOrder.map(({ metadata }) => metadata.name));
    }),
  );
});
