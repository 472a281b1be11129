import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { rollingStep, sizeOf } from '../../../src/simulation/controllers/rollout.ts';
import { boundsOf } from '../../../src/simulation/controllers/rollout_bounds.ts';
import { deploymentOf } from '../shop.ts';

function rolling(replicas: number, maxSurge: number | string, maxUnavailable: number | string): Deployment {
  return deploymentOf('cart', replicas, {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  });
}

function replicaSet(name: string, replicas: number, availableReplicas: number): ReplicaSet {
  const { template, selector } = deploymentOf('cart', 1).spec;
  const status = { replicas, availableReplicas };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, uid: name },
    spec: { replicas, selector, template },
    status,
  };
}

test.each([
  [4, '25%', '25%', 1, 1],
  [3, '25%', '25%', 1, 0],
  [10, '25%', '25%', 3, 2],
  [5, 0, '10%', 0, 1],
  [2, 1, 5, 1, 2],
  [0, '25%', '25%', 0, 0],
])(
  '%i replicas with a surge of %s and %s unavailable may be %i more and %i fewer',
  (replicas, surge, unavailable, more, fewer) => {
    expect(boundsOf(rolling(replicas, surge, unavailable))).toEqual({
      replicas,
      maxSurge: more,
      maxUnavailable: fewer,
    });
  },
);

test('no step of a rolling update leaves its bounds, and as long as pods become available it comes to an end', () => {
  const count = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      count,
      count,
      fc.infiniteStream(fc.nat(20)),
      (replicas, surge, unavailable, luck) => {
        const deployment = rolling(replicas, surge, unavailable);
        const bounds = boundsOf(deployment);
        let current = replicaSet('new', 0, 0);
        let old = replicaSet('old', replicas, replicas);
        for (let round = 0; round < 200 && sizeOf(old) + Math.abs(sizeOf(current) - replicas) > 0; round++) {
          for (const { replicaSet: one, replicas: size } of rollingStep(deployment, current, [old])) {
            const available = Math.min(size, one.status?.availableReplicas ?? 0);
            if (one.metadata.name === 'new') current = replicaSet('new', size, available);
            else old = replicaSet('old', size, available);
          }
          expect(sizeOf(current) + sizeOf(old)).toBeLessThanOrEqual(replicas + bounds.maxSurge);
          expect(current.status!.availableReplicas! + old.status!.availableReplicas!).toBeGreaterThanOrEqual(
            replicas - bounds.maxUnavailable,
          );
          const waiting = sizeOf(current) - current.status!.availableReplicas!;
          const arrived = Math.min(waiting, round % 3 === 2 ? waiting : luck.next().value!);
          current = replicaSet('new', sizeOf(current), current.status!.availableReplicas! + arrived);
        }
        expect([sizeOf(current), sizeOf(old)]).toEqual([replicas, 0]);
      },
    ),
  );
});
