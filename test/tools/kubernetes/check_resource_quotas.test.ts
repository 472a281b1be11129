import { expect, test } from 'vitest';
import type { ResourceQuota } from '../../../src/kubernetes/kinds/policy.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { createWorld, event, namespace, pod } from './world.ts';

const quotas = async (...objects: KubeObject[]) =>
  (await ask(createWorld([namespace('shop'), ...objects]), 'check_resource_quotas', { namespace: 'shop' })).text;

const quota = (name: string, hard: Record<string, string>, used: Record<string, string>): ResourceQuota => ({
  ...kinds.resourceQuota,
  metadata: { name, namespace: 'shop' },
  spec: { hard },
  status: { hard, used },
});

const compute = quota(
  'compute',
  { 'requests.cpu': '2', 'requests.memory': '4Gi', pods: '10', 'count/configmaps': '5' },
  { 'requests.cpu': '1800m', 'requests.memory': '1536Mi', pods: '10', 'count/configmaps': '1' },
);
const refusal = (name: string, reason: string, count = 1) =>
  event(
    { kind: 'ReplicaSet', name },
    { reason: 'FailedCreate', count, message: `Error creating: pods "${name}-abcde" is forbidden: ${reason}` },
  );
const cpu = { container: { resources: { requests: { cpu: '600m' } } } };

test('the tight ones first, who uses them, and what they refused', async () => {
  const range: KubeObject = {
    ...kinds.limitRange,
    metadata: { name: 'sizes', namespace: 'shop' },
    ...{ spec: { limits: [{ type: 'Container', max: { memory: '1Gi' }, default: { memory: '256Mi' } }] } },
  };
  const text = await quotas(
    compute,
    range,
    refusal('web-r2', 'exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10', 14),
    refusal('cart-r3', 'maximum memory usage per Container is 1Gi, but limit is 2Gi'),
    refusal('other', 'admission webhook "x" denied the request'),
    pod('web-1', { owner: 'web', ...cpu }),
    pod('web-2', { owner: 'web', ...cpu }),
    pod('cart-1', { owner: 'cart', ...cpu }),
    pod('over', { owner: 'web', phase: 'Succeeded', ...cpu }),
  );
  expect(text.split('\n')).toEqual([
    'Namespace shop: 1 ResourceQuota, 1 LimitRange; REFUSED 15 creations lately; USED UP: pods (compute); nearly used up: requests.cpu (compute).',
    'Refused 14 times, last 20s ago: pods of ReplicaSet web-r2: quota compute is exceeded: requested pods=1, used pods=10, allowed pods=10',
    'Refused 20s ago: pods of ReplicaSet cart-r3: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    'compute: pods 10 of 10 used (100%, 0 left)',
    'compute: requests.cpu 1800m of 2 used (90%, 200m left)',
    '  most pods is used by Deployment web 2 (2 pods), Deployment cart 1 (1 pod)',
    '  most requests.cpu is used by Deployment web 1200m (2 pods), Deployment cart 600m (1 pod)',
    'compute: requests.memory 1.5Gi of 4Gi, count/configmaps 1 of 5',
    'LimitRange sizes: each Container: at most memory 1Gi; limit when none is given memory 256Mi',
  ]);
});

test('facts, for programs', async () => {
  const facts = await factsOf(createWorld([quota('q', { pods: '4' }, { pods: '3' })]), 'check_resource_quotas', {
    namespace: 'shop',
  });
  expect(facts).toEqual({
    quotas: [{ quota: 'q', resource: 'pods', used: 3, hard: 4, share: 0.75 }],
    limit_ranges: 0,
    refused: 0,
  });
});

test('over the limit since it was lowered, nothing allowed at all, and one with a scope', async () => {
  const scoped = {
    ...quota('best', { pods: '3' }, { pods: '1' }),
    spec: { hard: { pods: '3' }, scopes: ['BestEffort'] },
  };
  const text = await quotas(
    quota('small', { pods: '2' }, { pods: '5' }),
    quota('none', { 'services.loadbalancers': '0' }, { 'services.loadbalancers': '0' }),
    scoped,
  );
  expect(text).toContain('small: pods 5 of 2 used (250%, OVER its limit)');
  expect(text).toContain('none: services.loadbalancers 0 of 0 used (100%, 0 left)');
  expect(text).toContain('best (only BestEffort): pods 1 of 3');
});

test('no quota, and no such namespace', async () => {
  expect(await quotas()).toBe(
    'Namespace shop has no ResourceQuota and no LimitRange: nothing limits what is created there.',
  );
  const { text } = await ask(createWorld([namespace('shop')]), 'check_resource_quotas', { namespace: 'shp' });
  expect(text).toBe('There is no namespace "shp". Namespaces: shop.');
});

test('hundreds of quotas and refusals stay within the bound', async () => {
  const text = await quotas(
    ...Array.from({ length: 200 }, (_, index) => quota(`q-${index}`, { pods: '4' }, { pods: '4' })),
    ...Array.from({ length: 200 }, (_, index) =>
      refusal(`web-${index}`, `exceeded quota: q-${index}, requested: pods=1`),
    ),
  );
  expect(text.length / 4).toBeLessThanOrEqual(600);
});

test('says in a broken cluster what the quota object says', async () => {
  const { embedded, ask: askThere } = await breakCluster('quota-used-up');
  const text = await askThere('check_resource_quotas', { namespace: 'clinic' });
  const found = await embedded.client.get<ResourceQuota>('resourcequotas', 'clinic', 'clinic');
  expect(text).toMatch(/^Namespace clinic: 1 ResourceQuota/);
  expect(text).toMatch(/quota clinic is exceeded: requested requests\.cpu=5, used requests\.cpu=\S+, allowed .*6/);
  expect(text).toContain(`requests.cpu ${found?.status?.used?.['requests.cpu']} of 6`);
});
