import { expect, test } from 'vitest';
import { pod, testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

async function withMap(metadata: object = {}) {
  const { server } = testServer();
  const { send } = await serve(server);
  await send('POST', maps, { metadata: { name: 'c', ...metadata } });
  return send;
}

test.each([
  ['Foreground', ['held.example/x', 'foregroundDeletion']],
  ['Orphan', ['held.example/x', 'orphan']],
  ['Background', ['held.example/x']],
])('a deletion that is %s leaves who cleans up its finalizer', async (propagationPolicy, finalizers) => {
  const send = await withMap({ finalizers: ['held.example/x'] });
  await send('DELETE', `${maps}/c`, { propagationPolicy: 'Foreground' });
  const { body } = await send('DELETE', `${maps}/c`, { propagationPolicy });
  expect(body.metadata).toMatchObject({ finalizers, deletionGracePeriodSeconds: 0 });
  expect(body.metadata.deletionTimestamp).toBe('2026-03-01T12:00:00Z');
});

test('what is on the way out takes no new finalizer, and goes with its last one', async () => {
  const send = await withMap({ finalizers: ['held.example/x'] });
  await send('DELETE', `${maps}/c`);
  const more = { metadata: { finalizers: ['held.example/x', 'held.example/y'] } };
  expect(await send('PATCH', `${maps}/c`, more, as.merge)).toMatchObject({
    code: 422,
    body: { message: expect.stringContaining('found new finalizers []string{"held.example/y"}') },
  });
  expect((await send('PATCH', `${maps}/c`, { metadata: { finalizers: null } }, as.merge)).code).toBe(200);
  expect((await send('GET', `${maps}/c`)).code).toBe(404);
});

test('a grace can only be shortened', async () => {
  const { server } = testServer();
  const { send } = await serve(server);
  const { metadata, spec } = pod('p');
  await send('POST', pods, { metadata, spec: { ...spec, nodeName: 'n1' } });
  const graces: unknown[] = [];
  for (const seconds of [20, 25, 5]) {
    const { body } = await send('DELETE', `${pods}/p?gracePeriodSeconds=${seconds}`);
    graces.push(body.metadata.deletionGracePeriodSeconds);
  }
  expect(graces).toEqual([20, 20, 5]);
  await send('DELETE', `${pods}/p?gracePeriodSeconds=0`);
  expect((await send('GET', `${pods}/p`)).code).toBe(404);
});

test('a few kinds are made by whoever replaces them, and only those', async () => {
  const send = await withMap();
  const lease = { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } };
  expect((await send('PUT', `${leases}/l`, lease)).code).toBe(201);
  expect(await send('PUT', `${leases}/l`, lease)).toMatchObject({
    code: 422,
    body: { message: expect.stringContaining('metadata.resourceVersion: Invalid value: 0: must be specified') },
  });
  expect((await send('PUT', `${maps}/new`, { metadata: { name: 'new' } })).code).toBe(404);
  expect((await send('PUT', `${maps}/c`, { metadata: { name: 'c' } })).code).toBe(200);
});

test.each([
  ['PUT', { metadata: {} }, 400, 'name must be provided'],
  ['PUT', { metadata: { name: 'other' } }, 400, 'does not match the name on the URL'],
  ['PUT', { metadata: { name: 'c', uid: 'other' } }, 409, 'Precondition failed: UID in precondition: other'],
  ['PUT', { metadata: { name: 'c', resourceVersion: 'x' } }, 500, 'strconv.ParseUint: parsing "x": invalid syntax'],
  ['DELETE', { preconditions: { uid: 'other' } }, 409, 'the UID in the precondition (other) does not match'],
  ['DELETE', { propagationPolicy: 'Never' }, 422, 'Unsupported value: "Never"'],
  ['DELETE', { propagationPolicy: 'Orphan', orphanDependents: true }, 422, 'cannot be both set'],
])('refuses %s with %j', async (method, body, code, message) => {
  const send = await withMap();
  const answer = await send(method, `${maps}/c`, body);
  expect(answer).toMatchObject({ code, body: { message: expect.stringContaining(message) } });
});
