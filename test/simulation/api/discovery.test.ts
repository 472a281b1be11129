import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testServer } from './fixtures.ts';
import { serve } from './http_fixture.ts';

interface Group {
  metadata?: { name?: string };
  name?: string;
  versions: { version: string; resources: unknown[] }[];
}

const recorded = new URL('../../fixtures/apiserver/discovery-1.36.json', import.meta.url);
const { groups } = JSON.parse(readFileSync(recorded, 'utf8')) as { groups: Group[] };
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

test.each(groups.map(group => [group.name ?? '', group] as const))(
  'serves the group "%s" as a real server does',
  async (name, group) => {
    const { send } = await serve(testServer().server);
    const { body } = await send('GET', name === '' ? '/api' : '/apis', undefined, aggregated);
    const items = body['items'] as Group[];
    const ours = items.find(({ metadata }) => (metadata?.name ?? '') === name);
    expect(ours?.versions.map(({ version, resources }) => ({ version, resources }))).toEqual(group.versions);
  },
);

test('plain discovery tells the same, and prefers what a real server prefers', async () => {
  const { send } = await serve(testServer().server);
  const { body } = await send('GET', '/apis');
  const names = (body['groups'] as Group[]).map(({ name }) => name);
  expect(names).toEqual(groups.map(({ name }) => name).filter(Boolean));
  for (const { name, versions } of groups) {
    for (const { version, resources } of versions) {
      const path = name === '' ? `/api/${version}` : `/apis/${name}/${version}`;
      const plain = (await send('GET', path)).body['resources'] as { name: string }[];
      const wanted = (resources as { resource: string }[]).map(({ resource }) => resource);
      expect(plain.map(({ name }) => name).filter(name => !name.includes('/'))).toEqual(wanted);
    }
  }
});

test('knows the parts of the control plane', async () => {
  const { send } = await serve(testServer().server);
  const { body } = await send('GET', '/api/v1/componentstatuses');
  expect(body).toMatchObject({ kind: 'ComponentStatusList', items: [{}, {}, {}] });
  expect((await send('DELETE', '/api/v1/componentstatuses/scheduler')).code).toBe(405);
});

test('says why nobody can get into what runs here', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  expect(await send('GET', '/api/v1/namespaces/default/pods/p/exec?command=ls')).toMatchObject({ code: 404 });
  await client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { ports: [{ port: 80 }] },
  } as never);
  const { body } = await send('GET', '/api/v1/namespaces/default/services/s/proxy/healthz');
  expect(body).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
});
