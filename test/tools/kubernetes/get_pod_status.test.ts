import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Container, Pod } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { ago, createWorld, deployment, namespace, pod, replicaSet } from './world.ts';

const status = (objects: Parameters<typeof createWorld>[0], args: Record<string, unknown>) =>
  ask(createWorld([namespace('shop'), namespace('billing'), ...objects]), 'get_pod_status', {
    namespace: 'shop',
    ...args,
  });

const tokens = (text: string) => Math.ceil(text.length / 4);
const image = { image: 'registry.example/checkout:2.1' };
const pulling = {
  waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.example/checkout:2.1": not found' },
};
const crashing = {
  waiting: {
    reason: 'CrashLoopBackOff',
    message: 'back-off 40s restarting failed container=main pod=cart-x_shop(8d1f)',
  },
};

test('a healthy workload is told in a few lines', async () => {
  const { text } = await status(
    [
      deployment('web', { replicas: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
      replicaSet('web', 2, 2, 2),
      pod('web-r2-a', { owner: 'web' }),
      pod('web-r2-b', { owner: 'web', node: 'node-b' }),
    ],
    { name: 'web' },
  );
  expect(text).toContain('Deployment shop/web: 2 of 2 replicas ready, 2 of the current revision, 2 available.');
  expect(text).toContain(
    '2 pods alike of ReplicaSet web-r2 (revision 2, the current one): Running, 1/1 containers ready',
  );
  expect(text).toContain('on node-a, node-b: web-r2-a, web-r2-b');
  expect(tokens(text)).toBeLessThan(120);
});

test('an image that is missing: which, why, and that the older revision still serves', async () => {
  const broken = {
    owner: 'checkout',
    phase: 'Pending' as const,
    node: 'node-b',
    container: image,
    state: pulling,
    ready: false,
  };
  const stuck = {
    type: 'Progressing',
    status: 'False' as const,
    reason: 'ProgressDeadlineExceeded',
    message: 'timed out',
    lastTransitionTime: ago(300),
  };
  const { text, isError } = await status(
    [
      deployment(
        'checkout',
        { replicas: 3, readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1, conditions: [stuck] },
        image,
      ),
      replicaSet('checkout', 1, 1, 1),
      replicaSet('checkout', 2, 0, 2, image),
      pod('checkout-r1-a', { owner: 'checkout', revision: 1 }),
      pod('checkout-r2-a', broken),
      pod('checkout-r2-b', broken),
    ],
    { deployment: 'checkout' },
  );
  expect(isError).toBe(false);
  expect(text).toContain('1 of 3 replicas ready');
  expect(text).toContain('Progressing is not true for 5m (ProgressDeadlineExceeded: timed out)');
  expect(text).toContain(
    'waiting, ImagePullBackOff: Back-off pulling image "registry.example/checkout:2.1": not found',
  );
  expect(text.indexOf('2 pods alike of ReplicaSet checkout-r2')).toBeLessThan(
    text.indexOf('1 pod of ReplicaSet checkout-r1 (revision 1, an older one)'),
  );
  expect(tokens(text)).toBeLessThan(350);
});

test('out of memory: the exit, the limit that was too small, the restarts', async () => {
  const last = { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: ago(30) } };
  const container = { resources: { requests: { memory: '16Mi' }, limits: { memory: '32Mi' } } };
  const { text } = await status([pod('cart-x', { state: crashing, last, container, restarts: 5, ready: false })], {
    pod: 'cart-x',
  });
  expect(text).toContain('waiting, CrashLoopBackOff: back-off 40s restarting failed container; 5 restarts');
  expect(text).toContain(
    'last exit 30s ago with exit code 137, OOMKilled (it needed more memory than its limit of 32Mi)',
  );
  expect(text).toContain('requests memory 16Mi; limits memory 32Mi');
});

test('a pod that fits nowhere says what the scheduler said', async () => {
  const unschedulable = {
    type: 'PodScheduled',
    status: 'False' as const,
    reason: 'Unschedulable',
    message: '0/2 nodes are available: 2 Insufficient memory.',
  };
  const { text } = await status([pod('big', { phase: 'Pending', ready: false, conditions: [unschedulable] })], {
    name: 'pod/big',
  });
  expect(text).toContain('Pending, 0/1 containers ready, 10m old, on no node');
  expect(text).toContain('PodScheduled is not true (Unschedulable: 0/2 nodes are available: 2 Insufficient memory.)');
});

test('running but not ready: the probe that fails', async () => {
  const container: Partial<Container> = { readinessProbe: { httpGet: { path: '/readyz', port: 8080 } } };
  const { text } = await status([pod('web', { ready: false, container })], { name: 'web' });
  expect(text).toContain('NOT ready: readiness probe fails (GET /readyz on port 8080)');
});

test('fifty pods in one state are one block, with their number and a few names', async () => {
  const last = { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(30) } };
  const pods = Array.from({ length: 50 }, (_, index) => {
    const state = {
      waiting: {
        reason: 'CrashLoopBackOff',
        message: `back-off ${index}s restarting failed container=main pod=cart-r2-${index}_shop(${index})`,
      },
    };
    return pod(`cart-r2-${index}`, { owner: 'cart', state, last, restarts: 3 + (index % 4), ready: false });
  });
  const { text } = await status([deployment('cart', { replicas: 50 }), replicaSet('cart', 2, 0, 50), ...pods], {
    workload: 'cart',
  });
  expect(text).toContain('50 pods alike of ReplicaSet cart-r2');
  expect(text).toContain('cart-r2-0, cart-r2-1, cart-r2-2 and 47 more');
  expect(text).toContain('restarts in this group: 3 to 6');
  expect(text.match(/CrashLoopBackOff/g)).toHaveLength(1);
  expect(tokens(text)).toBeLessThan(200);
});

test('a namespace: the broken at length, the healthy in a line, the workloads without pods', async () => {
  const { text } = await status(
    [
      deployment('empty', { replicas: 2 }),
      pod('web-r2-a', { owner: 'web' }),
      pod('web-r2-b', { owner: 'web' }),
      pod('cart-x', { state: crashing, restarts: 5, ready: false }),
    ],
    {},
  );
  expect(text).toContain('3 pods in shop: 2 healthy, 1 not.');
  expect(text).toContain('Healthy: web (2).');
  expect(text).toContain('No pods: Deployment shop/empty: 0 of 2 replicas ready');
  expect(text).toContain('cart-x');
});

test('many workloads in trouble are folded by what is wrong, the most frequent first', async () => {
  const exit = (exitCode: number) => ({ terminated: { exitCode, reason: 'Error', finishedAt: ago(30) } });
  const unschedulable = {
    type: 'PodScheduled',
    status: 'False' as const,
    reason: 'Unschedulable',
    message: '0/2 nodes are available: 2 Insufficient memory. preemption: 0/2 nodes are available: 2 No victims found.',
  };
  const { text } = await status(
    [
      pod('mail', { state: pulling, ready: false }),
      pod('cart-r2-a', { owner: 'cart', state: crashing, last: exit(1), restarts: 5, ready: false }),
      pod('cart-r2-b', { owner: 'cart', state: crashing, last: exit(1), restarts: 7, ready: false }),
      pod('search', { state: crashing, last: exit(1), ready: false }),
      pod('big', { phase: 'Pending', ready: false, conditions: [unschedulable] }),
    ],
    {},
  );
  expect(text.split('\n')).toEqual([
    '5 pods in shop: 0 healthy, 5 not.',
    'Not healthy: 3 CrashLoopBackOff, 1 ImagePullBackOff, 1 Pending.',
    '3 pods (cart, search): CrashLoopBackOff, last exit code 1 Error 30s ago',
    '1 pod (mail): ImagePullBackOff: "registry.example/checkout:2.1": not found',
    '1 pod (big): not scheduled: 0/2 nodes are available: 2 Insufficient memory',
  ]);
});

test('500 pods in 500 different troubles stay within the bound, and what is left out is said', async () => {
  const pods = Array.from({ length: 500 }, (_, index) =>
    pod(`p-${index}`, {
      state: { waiting: { reason: `Reason${String.fromCharCode(65 + (index % 26))}`, message: 'm'.repeat(index) } },
      ready: false,
    }),
  );
  const { text } = await status(pods, {});
  expect(tokens(text)).toBeLessThanOrEqual(350);
  expect(text).toContain('500 pods in shop: 0 healthy, 500 not.');
  expect(text).toMatch(/\(\d+ more left out: ask for one name to see it; or read_more id=r\w+\)/);
});

test('a label selector chooses; one that finds nothing says so', async () => {
  const pods = [pod('a', { labels: { tier: 'front' } }), pod('b', { labels: { tier: 'back' } })];
  expect((await status(pods, { label_selector: 'tier=front' })).text).toContain(
    '1 pod in shop with tier=front: 1 healthy',
  );
  expect((await status(pods, { selector: 'tier=none' })).text).toContain('No pod in shop has the labels tier=none');
});

test('what does not exist is said, with what does', async () => {
  const missing = await status([deployment('checkout', {}), deployment('cart', {})], { name: 'chekout' });
  expect(missing).toMatchObject({ isError: false });
  expect(missing.text).toBe(
    'There is no pod or workload "chekout" in namespace "shop".\nWorkloads there: checkout, cart.',
  );
  const elsewhere = await status([], { namespace: 'shopp' });
  expect(elsewhere.text).toBe('There is no namespace "shopp". Namespaces: shop, billing.');
});

test('one pod of many tells how the whole workload is', async () => {
  const { text } = await status(
    [
      deployment('web', { replicas: 2, readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 }),
      replicaSet('web', 2, 0, 1),
      pod('web-r2-a', { owner: 'web', state: crashing, restarts: 5, ready: false }),
    ],
    { pod: 'web-r2-a' },
  );
  expect(text).toContain(
    'Pod web-r2-a belongs to Deployment shop/web: 2 of 2 replicas ready, 1 of the current revision',
  );
  expect(text).toContain('1 pod of ReplicaSet web-r2 (revision 2, the current one): Running');
});

test('pods of a StatefulSet are found by its name', async () => {
  const owned = pod('db-0');
  owned.metadata.ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true },
  ];
  expect((await status([owned], { name: 'db' })).text).toContain('StatefulSet db in shop: 1 of 1 pod healthy.');
});

const recorded = join(import.meta.dirname, '../../fixtures/kubelet');
interface Recording {
  applied: Pod;
  pods: Record<string, { final?: Pod['status'] }>;
}
const cases = readdirSync(recorded)
  .filter(file => file.endsWith('.json'))
  .map(file => [file, JSON.parse(readFileSync(join(recorded, file), 'utf8')) as Recording] as const)
  .filter(([, { applied, pods }]) => applied?.kind === 'Pod' && Object.keys(pods).length === 1);

test('there are recordings of a real kubelet', () => expect(cases.length).toBeGreaterThan(20));

test.each(cases)(
  'what a real kubelet said is in the answer, within the bound: %s',
  async (_file, { applied, pods }) => {
    const [name = '', { final }] = Object.entries(pods)[0] ?? ['', {}];
    const real = { ...applied, metadata: { ...applied.metadata, name, namespace: 'shop' }, status: final } as Pod;
    const { text, isError } = await status([real], { name });
    expect(isError).toBe(false);
    expect(tokens(text)).toBeLessThanOrEqual(350);
    for (const { state, lastState } of final?.containerStatuses ?? []) {
      if (state.waiting) expect(text).toContain(state.waiting.reason);
      if (lastState?.terminated) expect(text).toContain(`exit code ${lastState.terminated.exitCode}`);
    }
  },
);
