import { expect, test } from 'vitest';
import type { Deployment } from '../../../src/kubernetes/objects.ts';
import { deployment, pod, testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

const pods = '/api/v1/namespaces/default/pods';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

test('a dry run answers what would be, and leaves no trace', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  await client.create<Deployment>('deployments.apps', deployment('web'));
  await client.create('pods', pod('held'));
  const everything = async () => JSON.stringify([await client.list('pods'), await client.list('deployments.apps')]);
  const before = await everything();
  const seen: string[] = [];
  const stops = ['pods', 'deployments.apps'].map(resource => client.watch(resource, ({ type }) => seen.push(type)));
  await Promise.resolve();
  seen.length = 0;

  const dry = '?dryRun=All';
  expect(await send('POST', `${pods}${dry}`, { ...pod(''), metadata: { generateName: 'web-' } })).toMatchObject({
    code: 201,
    body: { metadata: { name: expect.stringMatching(/^web-.{5}$/) } },
  });
  expect(await send('PATCH', `${deployments}/web${dry}`, { spec: { replicas: 9 } }, as.merge)).toMatchObject({
    code: 200,
    body: { spec: { replicas: 9 }, metadata: { generation: 2 } },
  });
  expect(await send('PATCH', `${deployments}/web/scale${dry}`, { spec: { replicas: 9 } }, as.merge)).toMatchObject({
    code: 200,
    body: { spec: { replicas: 9 } },
  });
  const current = await client.get<Deployment>('deployments.apps', 'web', 'default');
  expect(
    (await send('PUT', `${deployments}/web${dry}`, { ...current, spec: { ...current?.spec, replicas: 5 } })).code,
  ).toBe(200);
  expect((await send('PATCH', `${deployments}/web/status${dry}`, { status: { replicas: 5 } }, as.merge)).code).toBe(
    200,
  );
  expect(
    (await send('POST', `${pods}/held/binding${dry}`, { metadata: { name: 'held' }, target: { name: 'n1' } })).code,
  ).toBe(201);
  expect((await send('DELETE', `${pods}/held${dry}`)).code).toBe(200);
  expect((await send('DELETE', `${pods}/held`, { dryRun: ['All'] })).code).toBe(200);
  expect((await send('DELETE', `${pods}${dry}`)).code).toBe(200);

  expect(await everything()).toBe(before);
  expect(seen).toEqual([]);
  for (const stop of stops) stop();
});

test('a dry run is refused for the reasons a real one would be', async () => {
  const { send } = await serve(testServer().server);
  expect((await send('PATCH', `${deployments}/web?dryRun=All`, { spec: {} }, as.merge)).code).toBe(404);
  await send('POST', deployments, deployment('web'));
  expect((await send('POST', `${deployments}?dryRun=All`, deployment('web'))).code).toBe(409);
  expect((await send('PATCH', `${deployments}/web?dryRun=All`, { spec: { replicas: -1 } }, as.merge)).code).toBe(422);
  expect((await send('PATCH', `${deployments}/web?dryRun=Some`, { spec: {} }, as.merge)).code).toBe(422);
});

test('a dry run uses up no name: the real one gets what was shown', async () => {
  const { send } = await serve(testServer().server);
  const given = { ...pod(''), metadata: { generateName: 'web-' } };
  const shown = await send('POST', `${pods}?dryRun=All`, given);
  const real = await send('POST', pods, given);
  expect(real.body.metadata.name).toBe(shown.body.metadata.name);
  expect(real.body.metadata.uid).toBe(shown.body.metadata.uid);
});
