import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountOf } from '../../../src/kubernetes/kinds/amount.ts';
import type { ResourceQuota } from '../../../src/kubernetes/kinds/policy.ts';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../src/simulation/api/server.ts';
import { startControllers } from '../../../src/simulation/controllers/controllers.ts';
import { start } from '../cluster_in_test.ts';

const hard = { pods: '4', 'requests.cpu': '1' };

type Step =
  | { kind: 'create'; name: number; cpu: number }
  | { kind: 'delete'; name: number }
  | { kind: 'finish'; name: number }
  | { kind: 'wait'; ms: number };

const name = fc.nat({ max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name, cpu: fc.integer({ min: 10, max: 500 }) }),
  fc.record({ kind: fc.constant('delete' as const), name }),
  fc.record({ kind: fc.constant('finish' as const), name }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
);

async function world() {
  const clock = createVirtualClock({ start });
  const client = createApiServer({ clock }).client();
  const controllers = startControllers({ client, clock });
  const run = async (ms: number) => {
    clock.start();
    await clock.sleep(ms);
    clock.stop();
  };
  const metadata = { name: 'ration', namespace: 'default' };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } };
  await client.create<ResourceQuota>('resourcequotas', quota);
  await run(1000);
  const stop = () => {
    controllers.stop();
    clock.stop();
  };
  return { client, run, stop };
}

type World = Awaited<ReturnType<typeof world>>;

async function take({ client, run }: World, what: Step): Promise<void> {
  if (what.kind === 'wait') return run(what.ms);
  const target = { resource: 'pods', name: `p-${what.name}`, namespace: 'default' };
  if (what.kind === 'delete') return client.delete(target);
  if (what.kind === 'finish') {
    await client.patch(target, { type: 'merge', body: { status: { phase: 'Succeeded' } }, subresource: 'status' });
    return;
  }
  const resources = { requests: { cpu: `${what.cpu}m` } };
  await client.create<Pod>('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: target.name, namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'registry.example/demo:1', resources }] },
  });
}

async function countedBy({ client }: World) {
  const { items } = await client.list<Pod>('pods');
  const alive = items.filter(({ status }) => status?.phase === 'Pending' || status?.phase === 'Running');
  const cpu = alive.map(({ spec }) => amountOf(spec.containers[0]?.resources?.requests?.['cpu']).nano);
  return { pods: alive.length, cpu: cpu.reduce((sum, nano) => sum + nano, 0n) };
}

test('whatever comes, goes and ends, a quota is never exceeded, and knows in the end what is there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
      const cluster = await world();
      try {
        for (const what of steps) {
          await take(cluster, what).catch(() => undefined);
          const { pods, cpu } = await countedBy(cluster);
          expect(pods).toBeLessThanOrEqual(4);
          expect(cpu).toBeLessThanOrEqual(amountOf('1').nano);
        }
        await cluster.run(60_000);
        const { pods, cpu } = await countedBy(cluster);
        const used = (await cluster.client.get<ResourceQuota>('resourcequotas', 'ration', 'default'))?.status?.used;
        expect(used?.['pods']).toBe(String(pods));
        expect(amountOf(used?.['requests.cpu']).nano).toBe(cpu);
      } finally {
        cluster.stop();
      }
    }),
    { numRuns: 25 },
  );
});
