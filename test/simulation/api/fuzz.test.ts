import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog } from '../../../src/lib/log.ts';
import { configMap, deployment, node, pod, testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

const core = '/api/v1/namespaces/default';
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ port: 80 }] } };
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'a' },
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'a' },
};

const subject = fc.constantFrom(
  { collection: `${core}/pods`, object: pod('a') },
  { collection: '/apis/apps/v1/namespaces/default/deployments', object: deployment('a') },
  { collection: '/apis/apps/v1/namespaces/default/replicasets', object: { ...deployment('a'), kind: 'ReplicaSet' } },
  { collection: `${core}/configmaps`, object: configMap('a', { k: 'v' }) },
  { collection: `${core}/services`, object: service },
  { collection: `${core}/events`, object: event },
  { collection: '/api/v1/nodes', object: node('a') },
);

const search = fc.constantFrom(
  '',
  '',
  '?dryRun=All',
  '?limit=1',
  '?labelSelector=app',
  '?labelSelector=%28',
  '?continue=x',
  '?tailLines=-1',
);
const below = fc.constantFrom(
  '',
  '/a',
  '/a',
  '/a/status',
  '/a/scale',
  '/a/log',
  '/a/binding',
  '/Not%20A%20Name',
  '/a/b/c',
);
const wild = fc.constantFrom('/', '/api', '/apis/x/v1/pods', '/api/v1/things', '/api/v1/pods', '/api/v1/pods/a', '/%');

const field = fc.constantFrom(
  'metadata',
  'metadata.labels',
  'metadata.finalizers',
  'metadata.ownerReferences',
  'metadata.resourceVersion',
  'spec',
  'spec.containers',
  'spec.replicas',
  'spec.template',
  'spec.template.spec.containers',
  'spec.selector',
  'spec.strategy',
  'spec.ports',
  'status',
  'status.conditions',
  'status.containerStatuses',
  'data',
  'involvedObject',
);

/** The object with one field that is something else. */
function damaged(object: object, path: string, value: unknown): object {
  const copy = structuredClone(object) as Record<string, unknown>;
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let at = copy;
  for (const step of steps) {
    at[step] ??= {};
    at = at[step] as Record<string, unknown>;
  }
  at[last] = value;
  return copy;
}

const operation = fc.record({
  op: fc.constantFrom('add', 'remove', 'replace', 'test', 'move'),
  path: fc.constantFrom('/spec', '/metadata/labels', '/spec/containers/0', '/status', '/data/k', ''),
  from: fc.constant('/spec'),
  value: fc.jsonValue({ maxDepth: 2 }),
});

const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom([{}], [{ name: 'x' }], {}, null, -1, ['x']));

/** Well formed, and still not valid. */
const refused = fc.constantFrom<[string, unknown]>(
  ['metadata.name', 'Not A Name'],
  ['metadata.labels', { 'not a label': 'x' }],
  ['spec.replicas', -1],
  ['spec.containers', []],
  ['spec.selector', {}],
  ['spec.ports', [{ port: 0 }]],
);

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const request = fc
  .record({
    subject,
    method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'OPTIONS'),
    below,
    search,
    wild: seldom(wild),
    damage: fc.option(fc.oneof(fc.tuple(field, value), refused), { freq: 3 }),
    other: seldom(fc.oneof(fc.array(operation), value, fc.string())),
    headers: fc.constantFrom<Record<string, string>>({}, as.merge, as.json, as.strategic, as.table, as.apply),
  })
  .map(({ subject: { collection, object }, damage, other, ...rest }) => ({
    method: rest.method,
    path:
      rest.wild ?? `${collection}${rest.method === 'POST' ? rest.below.replace('/a', '') : rest.below}${rest.search}`,
    body: other ?? (damage ? damaged(object, damage[0], damage[1]) : object),
    headers: rest.headers,
  }));

const configMaps = `${core}/configmaps`;
const create = { method: 'POST', path: configMaps, body: configMap('a', { k: 'v' }), headers: {} };

/** One request for each kind of refusal, so that every run meets them all. */
const oneOfEach = [
  create,
  create,
  { ...create, method: 'OPTIONS' },
  { ...create, body: damaged(create.body, 'metadata.name', 'Not A Name') },
  { ...create, method: 'PATCH', path: `${configMaps}/a`, headers: as.apply },
  { ...create, method: 'GET', path: `${configMaps}/b` },
  { ...create, method: 'GET', path: `${configMaps}?labelSelector=%28` },
];

/** What nobody has thought of is logged; a real server answers some bad requests with 500 as well. */
const crashes: string[] = [];
const log = createLog({ level: 'error', destination: { write: line => void crashes.push(line) } });

test('whatever is asked, the answer is no crash, and versions only grow', { timeout: 60_000 }, async () => {
  const { server, client } = testServer({ log });
  const { send } = await serve(server);
  const codes = new Set<number>();
  let version = Number((await client.list('pods')).resourceVersion);
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async requests => {
      for (const { method, path, body, headers } of requests) {
        const reply = await send(method, path, method === 'GET' ? undefined : body, headers);
        codes.add(reply.code);
        expect(crashes).toEqual([]);
        if (reply.code >= 400 && reply.type.startsWith('application/json')) {
          expect(reply.body).toMatchObject({ kind: 'Status', status: 'Failure', code: reply.code });
        }
        const now = Number((await client.list('pods')).resourceVersion);
        expect(now).toBeGreaterThanOrEqual(version);
        if (method === 'GET' || reply.code >= 400 || path.includes('dryRun=All')) expect(now).toBe(version);
        version = now;
      }
      for (const kind of [
        'api/v1/pods',
        'api/v1/nodes',
        'apis/apps/v1/deployments',
        'apis/apps/v1/replicasets',
        'api/v1/services',
        'api/v1/events',
      ]) {
        const table = await send('GET', `/${kind}`, undefined, as.table);
        expect(table.code, table.text).toBe(200);
      }
    }),
    { numRuns: 100, examples: [[oneOfEach]] },
  );
  // Otherwise the requests were too wild, or too tame, to find anything.
  expect([...codes]).toEqual(expect.arrayContaining([200, 201, 400, 404, 405, 409, 415, 422]));
});

const nearlyNothing = [null, {}, [], 'x', { metadata: null }, { spec: null }, { spec: { template: null } }];
const nearlyAnObject = [
  {},
  { template: {} },
  { jobTemplate: {} },
  { containers: [null] },
  { template: { spec: { containers: [{}] } } },
].map(spec => ({ metadata: { name: 'a' }, spec }));

test('a body that says next to nothing is refused by every kind, and breaks none', { timeout: 60_000 }, async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  const failed: string[] = [];
  for (const { name, apiVersion, namespaced, verbs } of await client.resources()) {
    // A binding without a target is answered with 500 by real servers, too.
    if (!verbs.includes('create') || name === 'bindings') continue;
    const root = apiVersion.includes('/') ? 'apis' : 'api';
    const path = `/${root}/${apiVersion}${namespaced ? '/namespaces/default' : ''}/${name.split('.')[0]}`;
    for (const body of [...nearlyNothing, ...nearlyAnObject]) {
      const sent = JSON.stringify(body);
      for (const { code, text } of [
        await send('POST', path, sent),
        await send('PUT', `${path}/a`, sent),
        await send('PATCH', `${path}/a?fieldManager=x`, sent, as.apply),
        await send('PATCH', `${path}/a`, sent, as.merge),
      ])
        if (code >= 500) failed.push(`${path} ${sent}: ${text}`);
    }
  }
  expect(failed).toEqual([]);
});
