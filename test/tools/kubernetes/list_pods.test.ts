import { expect, test } from 'vitest';
import { ask } from './ask.ts';
import { createWorld, namespace, pod } from './world.ts';

const crashing = { ready: false, restarts: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } };

const world = createWorld([
  namespace('shop'),
  pod('cart-r2-a', { owner: 'cart', node: 'n1' }),
  pod('cart-r2-b', { owner: 'cart', node: 'n2', ...crashing }),
  pod('web-r2-a', { owner: 'web', node: 'n2' }),
  pod('lone', { node: 'n2' }),
]);

test('pods by workload, those in trouble first, with what the trouble is', async () => {
  const { text, facts } = await ask(world, 'list_pods', { namespace: 'shop' });
  expect(text.split('\n')).toEqual([
    '4 pods in shop: 3 healthy, 1 not.',
    'Deployment cart: 1/2 healthy, 1 CrashLoopBackOff, 10m old, 7 restarts: cart-r2-b',
    'Deployment web: 1/1 healthy, 10m old: web-r2-a',
    'Pod lone: 1/1 healthy, 10m old',
  ]);
  expect(facts).toEqual({ pods: 4, healthy: 3 });
});

test('of one node, of all namespaces, and only what is in trouble', async () => {
  const { text } = await ask(world, 'list_pods', { node: 'n2', unhealthy: true });
  expect(text.split('\n')).toEqual([
    '3 pods in all namespaces, node n2: 2 healthy, 1 not.',
    'shop/Deployment cart: 0/1 healthy, 1 CrashLoopBackOff, 10m old, 7 restarts: cart-r2-b',
  ]);
});

test('a namespace that is not there is said to be missing', async () => {
  expect((await ask(world, 'list_pods', { namespace: 'shp' })).text).toContain('There is no namespace "shp"');
});

test('thousands of pods fit', async () => {
  const many = Array.from({ length: 4000 }, (_, n) => pod(`p-${n}`, n % 2 ? crashing : {}));
  const { text } = await ask(createWorld([namespace('shop'), ...many]), 'list_pods', { namespace: 'shop' });
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toContain('4000 pods in shop: 2000 healthy, 2000 not.');
});
