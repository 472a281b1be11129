import { expect, test } from 'vitest';
import type { PodDisruptionBudget } from '../../../../src/kubernetes/kinds/policy.ts';
import type { Pod } from '../../../../src/kubernetes/objects.ts';
import { pod, testServer } from '../fixtures.ts';
import { serve } from '../http_fixture.ts';

const budgets = 'poddisruptionbudgets.policy';

function budget(name: string, more: Partial<PodDisruptionBudget['spec']> = {}): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } }, ...more },
  };
}

/** Pods that run, of which `ready` are ready, and a budget as its controller would have left it. */
async function stage(options: { ready?: boolean; allowed?: number; spec?: Partial<PodDisruptionBudget['spec']> } = {}) {
  const { ready = true, allowed = 0, spec = {} } = options;
  const { server, client } = testServer();
  const { send } = await serve(server);
  for (const name of ['a', 'b']) {
    const created = await client.create<Pod>('pods', pod(name));
    const conditions = [{ type: 'Ready', status: ready ? ('True' as const) : ('False' as const) }];
    await client.update<Pod>(
      'pods',
      { ...created, status: { phase: 'Running', conditions } },
      { subresource: 'status' },
    );
  }
  const made = await client.create<PodDisruptionBudget>(budgets, budget('web', spec));
  const healthy = ready ? 2 : 0;
  const status = {
    observedGeneration: 1,
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: 2,
    expectedPods: 2,
  };
  await client.update<PodDisruptionBudget>(budgets, { ...made, status }, { subresource: 'status' });
  const evict = (name: string, more: object = {}, query = '') =>
    send('POST', `/api/v1/namespaces/default/pods/${name}/eviction${query}`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace: 'default' },
      ...more,
    });
  return { client, evict };
}

test('a budget with nothing to spare refuses, and says what it needs', async () => {
  const { client, evict } = await stage();
  const { code, body } = await evict('a');
  expect({ code, ...body }).toMatchObject({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget web needs 2 healthy pods and has 2 currently',
        },
      ],
    },
  });
  expect(await client.get('pods', 'a', 'default')).toBeDefined();
});

test('a disruption is counted at once, so the second eviction is refused before any controller has looked', async () => {
  const { client, evict } = await stage({ allowed: 1 });
  const first = await evict('a');
  expect(first.body).toMatchObject({ kind: 'Status', status: 'Success', code: 201 });
  expect((await evict('b')).code).toBe(429);
  expect(await client.get('pods', 'a', 'default')).toBeUndefined();
  const { status } = (await client.get<PodDisruptionBudget>(budgets, 'web', 'default'))!;
  expect(status).toMatchObject({
    disruptionsAllowed: 0,
    disruptedPods: { a: '2026-03-01T12:00:00Z' },
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
  });
});

test('a dry run asks the budget and changes nothing', async () => {
  const { client, evict } = await stage({ allowed: 1 });
  expect((await evict('a', {}, '?dryRun=All')).code).toBe(201);
  expect((await evict('a', { deleteOptions: { dryRun: ['All'] } })).code).toBe(201);
  expect(await client.get('pods', 'a', 'default')).toMatchObject({ status: { phase: 'Running' } });
  const { status } = (await client.get<PodDisruptionBudget>(budgets, 'web', 'default'))!;
  expect(status).toMatchObject({ disruptionsAllowed: 1 });
});

test('what is not ready counts for nothing when the budget says so', async () => {
  expect((await (await stage({ ready: false })).evict('a')).code).toBe(429);
  const lenient = await stage({ ready: false, spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } });
  expect((await lenient.evict('a')).code).toBe(201);
});

test('two budgets for one pod are more than eviction can do', async () => {
  const { client, evict } = await stage({ allowed: 1 });
  await client.create(budgets, budget('other'));
  const { code, body } = await evict('a');
  expect(code).toBe(500);
  expect(body['message']).toBe(
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  );
});

test('a budget that nobody has looked at yet asks to wait', async () => {
  const { client, evict } = await stage({ allowed: 1 });
  const found = (await client.get<PodDisruptionBudget>(budgets, 'web', 'default'))!;
  await client.update(budgets, { ...found, spec: { ...found.spec, minAvailable: 1 } });
  const { code, body } = await evict('a');
  expect(code).toBe(429);
  expect(body).toMatchObject({
    details: {
      retryAfterSeconds: 10,
      causes: [{ message: 'The disruption budget web is still being processed by the server.' }],
    },
  });
});

test('a pod that is over needs no budget, and one that is not there is not found', async () => {
  const { client, evict } = await stage();
  const found = (await client.get<Pod>('pods', 'a', 'default'))!;
  await client.update<Pod>('pods', { ...found, status: { phase: 'Succeeded' } }, { subresource: 'status' });
  expect((await evict('a')).code).toBe(201);
  expect((await evict('nobody')).body).toMatchObject({ code: 404, message: 'pods "nobody" not found' });
});

test('preconditions and the name are held', async () => {
  const { evict } = await stage({ allowed: 2 });
  const other = await evict('a', { deleteOptions: { preconditions: { uid: 'another' } } });
  expect(other.body).toMatchObject({ code: 409, reason: 'Conflict' });
  const misnamed = await evict('a', { metadata: { name: 'b' } });
  expect(misnamed.body).toMatchObject({ code: 400, message: 'name in URL does not match name in Eviction object' });
});
