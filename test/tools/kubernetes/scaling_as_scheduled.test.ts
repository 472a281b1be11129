import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectCluster } from '../../../src/kubernetes/connect.ts';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { createTestCluster } from '../../simulation/cluster_in_test.ts';
import { factsOf } from './facts_of.ts';
import { type ScalingWorld, scalingWorld } from './scaling_world.ts';

const plurals: Record<string, string> = {
  Deployment: 'deployments.apps',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
};

/** Asks whether it would fit, then scales for real, and counts who got a node. */
async function foretoldAndTrue({ nodes, objects, replicas }: ScalingWorld) {
  const lab = await createTestCluster({ programs: [], nodes });
  const { url, close } = await lab.listen();
  const cluster = await connectCluster({ server: url, requestTimeoutMs: 5_000 });
  const onNodes = async () => {
    const { items } = await lab.client.list<Pod>('pods', { namespace: 'default', labelSelector: 'app=web' });
    return items.filter(({ spec }) => spec.nodeName !== undefined).length;
  };
  try {
    for (const object of objects) {
      await lab.client.create(plurals[object.kind] ?? '', object);
      await lab.run(8);
    }
    const before = await onNodes();
    const args = { namespace: 'default', name: 'web', replicas };
    const facts = await factsOf(cluster, 'check_scaling_feasibility', args);
    const target = { resource: 'deployments.apps', namespace: 'default', name: 'web' };
    await lab.client.patch(target, { type: 'merge', body: { spec: { replicas: Math.max(replicas, before) } } });
    await lab.run(25);
    return {
      foretold: Number(facts?.['fit']),
      further: Number(facts?.['further']),
      happened: (await onNodes()) - before,
    };
  } finally {
    await cluster.close();
    await close();
    lab.stop();
  }
}

test('as many pods get a node as was foretold, whatever the nodes, wishes, quotas and defaults are', async () => {
  let limited = 0;
  await fc.assert(
    fc.asyncProperty(scalingWorld, async world => {
      const { foretold, further, happened } = await foretoldAndTrue(world);
      if (happened < further) limited += 1;
      expect(happened).toBe(foretold);
    }),
    { numRuns: 30 },
  );
  // Otherwise it would only be seen that what is roomy is roomy.
  expect(limited).toBeGreaterThan(3);
}, 120_000);
