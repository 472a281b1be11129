import { expect, test } from 'vitest';
import type { Deployment, Pod } from '../../../src/kubernetes/objects.ts';
import { configMap, deployment, node, pod, testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

const pods = '/api/v1/namespaces/default/pods';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

test('creates, reads, replaces, patches and deletes', async () => {
  const { send } = await serve(testServer().server);
  const created = await send('POST', deployments, deployment('web'));
  expect(created.code).toBe(201);
  expect(created.body).toMatchObject({ metadata: { generation: 1 }, spec: { progressDeadlineSeconds: 600 } });

  const replaced = await send('PUT', `${deployments}/web`, {
    ...created.body,
    spec: { ...(created.body['spec'] as object), replicas: 3 },
  });
  expect(replaced).toMatchObject({ code: 200, body: { spec: { replicas: 3 }, metadata: { generation: 2 } } });

  const stale = await send('PUT', `${deployments}/web`, created.body);
  expect(stale).toMatchObject({
    code: 409,
    body: {
      kind: 'Status',
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    },
  });

  const patched = await send('PATCH', `${deployments}/web`, { metadata: { labels: { tier: 'front' } } }, as.merge);
  expect(patched).toMatchObject({
    code: 200,
    body: { metadata: { labels: { app: 'web', tier: 'front' }, generation: 2 } },
  });

  const deleted = await send('DELETE', `${deployments}/web`);
  expect(deleted).toMatchObject({
    code: 200,
    body: { status: 'Success', details: { name: 'web', kind: 'deployments' } },
  });
  expect((await send('GET', `${deployments}/web`)).code).toBe(404);
});

test('each way of patching works, and preconditions in a patch hold', async () => {
  const { send } = await serve(testServer().server);
  const { body } = await send('POST', deployments, deployment('web'));
  const image = { spec: { template: { spec: { containers: [{ name: 'app', image: 'registry.example/web:2' }] } } } };
  const strategic = await send('PATCH', `${deployments}/web`, image, as.strategic);
  expect(strategic.body).toMatchObject({
    spec: {
      template: {
        spec: { containers: [{ name: 'app', imagePullPolicy: 'IfNotPresent', image: 'registry.example/web:2' }] },
      },
    },
  });
  const json = await send(
    'PATCH',
    `${deployments}/web`,
    [
      { op: 'test', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/spec/replicas', value: 4 },
    ],
    as.json,
  );
  expect(json).toMatchObject({ code: 200, body: { spec: { replicas: 4 } } });
  const failedTest = await send(
    'PATCH',
    `${deployments}/web`,
    [{ op: 'test', path: '/spec/replicas', value: 2 }],
    as.json,
  );
  expect(failedTest).toMatchObject({ code: 422, body: { reason: 'Invalid' } });

  const oldVersion = { metadata: { resourceVersion: body.metadata.resourceVersion }, spec: { replicas: 9 } };
  expect(await send('PATCH', `${deployments}/web`, oldVersion, as.merge)).toMatchObject({
    code: 409,
    body: { reason: 'Conflict' },
  });
  const otherUid = { metadata: { uid: 'someone-else' }, spec: { replicas: 9 } };
  expect(await send('PATCH', `${deployments}/web`, otherUid, as.strategic)).toMatchObject({ code: 422 });
  expect(
    await send('PATCH', `${deployments}/web`, '{}', { 'content-type': 'application/apply-patch+cbor' }),
  ).toMatchObject({
    code: 415,
    body: { reason: 'UnsupportedMediaType' },
  });
  expect((await send('GET', `${deployments}/web`)).body).toMatchObject({ spec: { replicas: 4 } });
});

test('a template that is set to what it was, before its defaults, is no change', async () => {
  const { send } = await serve(testServer().server);
  const given = deployment('web');
  const container = {
    ...given.spec.template.spec.containers[0]!,
    resources: { limits: { memory: '1024Mi', cpu: '0.5' } },
  };
  given.spec.template.spec.containers = [container];
  const { body: before } = await send('POST', deployments, given);
  const patched = await send('PATCH', `${deployments}/web`, { spec: { template: given.spec.template } }, as.merge);
  expect(patched.body).toEqual(before);
});

test.each([
  ['an unknown path', 'GET', '/nowhere', undefined, 404, undefined],
  ['an unknown group', 'GET', '/apis/example.org/v1/things', undefined, 404, undefined],
  ['an unknown resource', 'GET', '/apis/apps/v1/things', undefined, 404, 'NotFound'],
  ['a missing object', 'GET', `${pods}/nobody`, undefined, 404, 'NotFound'],
  [
    'a missing namespace',
    'POST',
    '/api/v1/namespaces/nowhere/pods',
    { ...pod('a'), metadata: { name: 'a' } },
    404,
    'NotFound',
  ],
  ['a wrong method', 'POST', `${pods}/a`, pod('a'), 405, 'MethodNotAllowed'],
  ['a creation everywhere at once', 'POST', '/api/v1/pods', pod('a'), 405, 'MethodNotAllowed'],
  ['malformed JSON', 'POST', pods, '{"kind":', 400, 'BadRequest'],
  ['JSON that is no object', 'POST', pods, '[1]', 400, 'BadRequest'],
  ['an empty body', 'POST', pods, undefined, 400, 'BadRequest'],
  ['another kind', 'POST', pods, deployment('a'), 400, 'BadRequest'],
  [
    'another namespace',
    'POST',
    pods,
    { ...pod('a'), metadata: { name: 'a', namespace: 'kube-system' } },
    400,
    'BadRequest',
  ],
  [
    'a field of the wrong type',
    'POST',
    deployments,
    { ...deployment('a'), spec: { replicas: 'two' } },
    400,
    'BadRequest',
  ],
  ['a broken selector', 'GET', `${pods}?labelSelector=${encodeURIComponent('a in (')}`, undefined, 400, 'BadRequest'],
  ['a field that nothing is selected by', 'GET', `${pods}?fieldSelector=spec.color=red`, undefined, 400, 'BadRequest'],
  ['a limit that is no number', 'GET', `${pods}?limit=few`, undefined, 400, 'BadRequest'],
  ['a broken path', 'GET', `${pods}/%zz`, undefined, 400, 'BadRequest'],
  ['nesting without end', 'POST', pods, `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400, 'BadRequest'],
])('refuses %s as a real server does', async (_what, method, path, body, code, reason) => {
  const { send } = await serve(testServer().server);
  const reply = await send(method, path, body);
  expect(reply.code).toBe(code);
  if (reason !== undefined) expect(reply.body).toMatchObject({ kind: 'Status', status: 'Failure', reason, code });
});

test('says in causes what is wrong with an object', async () => {
  const { send } = await serve(testServer().server);
  const given = deployment('web');
  given.spec.template.metadata = { labels: { app: 'other' } };
  given.spec.template.spec.containers = [{ name: 'app', image: '' }];
  const reply = await send('POST', deployments, given);
  expect(reply.code).toBe(422);
  expect(reply.body).toMatchObject({ reason: 'Invalid', details: { name: 'web', group: 'apps', kind: 'Deployment' } });
  const { causes } = reply.body['details'] as { causes: { field: string }[] };
  expect(causes.map(cause => cause.field)).toEqual([
    'spec.template.metadata.labels',
    'spec.template.spec.containers[0].image',
  ]);
  expect(reply.body['message']).toContain(
    'Deployment.apps "web" is invalid: [spec.template.metadata.labels: Invalid value',
  );

  expect(await send('POST', pods, { ...pod(''), metadata: {} })).toMatchObject({
    code: 422,
    body: { message: 'Pod "" is invalid: metadata.name: Required value: name or generateName is required' },
  });
});

test('a pod keeps its spec, but for its image', async () => {
  const { send } = await serve(testServer().server);
  await send('POST', pods, pod('web'));
  const image = { spec: { containers: [{ name: 'app', image: 'registry.example/web:2' }] } };
  expect((await send('PATCH', `${pods}/web`, image, as.strategic)).code).toBe(200);
  const args = { spec: { containers: [{ name: 'app', args: ['--other'] }] } };
  expect(await send('PATCH', `${pods}/web`, args, as.strategic)).toMatchObject({
    code: 422,
    body: { details: { causes: [{ reason: 'FieldValueForbidden' }] } },
  });
});

test('refuses a body above 3 MB', async () => {
  const { send } = await serve(testServer().server);
  const reply = await send(
    'POST',
    '/api/v1/namespaces/default/configmaps',
    configMap('big', { a: 'x'.repeat(3 * 1024 * 1024) }),
  );
  expect(reply).toMatchObject({ code: 413, body: { reason: 'RequestEntityTooLarge' } });
});

test('the second of a name is refused', async () => {
  const { send } = await serve(testServer().server);
  await send('POST', pods, pod('web'));
  expect(await send('POST', pods, pod('web'))).toMatchObject({
    code: 409,
    body: { reason: 'AlreadyExists', message: 'pods "web" already exists' },
  });
});

test('selects by labels and fields', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  await client.create<Pod>('pods', pod('a', { app: 'web', tier: 'front' }));
  await client.create<Pod>('pods', pod('b', { app: 'web', tier: 'back' }));
  await client.create<Pod>('pods', pod('c', { app: 'db' }));
  await client.bind(pod('b'), 'n1');
  const names = async (query: string) => {
    const { body } = await send('GET', `/api/v1/pods?${query}`);
    return (body['items'] as Pod[]).map(item => item.metadata.name).join('');
  };
  const label = (selector: string) => names(`labelSelector=${encodeURIComponent(selector)}`);
  expect(await label('app=web')).toBe('ab');
  expect(await label('app!=web')).toBe('c');
  expect(await label('tier in (front, back),app==web')).toBe('ab');
  expect(await label('tier notin (front)')).toBe('bc');
  expect(await label('tier')).toBe('ab');
  expect(await label('!tier')).toBe('c');
  expect(await names('fieldSelector=spec.nodeName=n1')).toBe('b');
  expect(await names('fieldSelector=spec.nodeName=')).toBe('ac');
  expect(await names('fieldSelector=status.phase!=Running,metadata.name!=a')).toBe('bc');
});

test('pages through a list without losing or repeating anything', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  for (let count = 0; count < 7; count++) await client.create<Pod>('pods', pod(`p${count}`));
  const seen: string[] = [];
  let next = '';
  do {
    const { body } = await send('GET', `${pods}?limit=3&continue=${next}`);
    seen.push(...(body['items'] as Pod[]).map(item => item.metadata.name));
    next = (body.metadata as { continue?: string }).continue ?? '';
  } while (next !== '');
  expect(seen).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
});

test('a scale reads and writes nothing but the replicas', async () => {
  const { send } = await serve(testServer().server);
  await send('POST', deployments, deployment('web'));
  const scale = await send('GET', `${deployments}/web/scale`);
  expect(scale.body).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 2 },
    status: { selector: 'app=web' },
  });
  const put = await send('PUT', `${deployments}/web/scale`, { ...scale.body, spec: { replicas: 5 } });
  expect(put).toMatchObject({ code: 200, body: { kind: 'Scale', spec: { replicas: 5 } } });
  expect(await send('PUT', `${deployments}/web/scale`, { ...scale.body, spec: { replicas: 6 } })).toMatchObject({
    code: 409,
  });
  expect(await send('PATCH', `${deployments}/web/scale`, { spec: { replicas: 1 } }, as.merge)).toMatchObject({
    code: 200,
  });
  expect((await send('GET', `${deployments}/web`)).body).toMatchObject({
    metadata: { generation: 3 },
    spec: { replicas: 1 },
  });
});

test('deletes only what was meant', async () => {
  const { send } = await serve(testServer().server);
  const { body } = await send('POST', pods, pod('web'));
  const other = { preconditions: { uid: 'another' } };
  expect(await send('DELETE', `${pods}/web`, other)).toMatchObject({
    code: 409,
    body: { reason: 'Conflict', message: expect.stringContaining('does not match the UID in record') },
  });
  const right = { preconditions: { uid: body.metadata.uid, resourceVersion: body.metadata.resourceVersion } };
  expect((await send('DELETE', `${pods}/web`, right)).code).toBe(200);
  await send('POST', pods, pod('a', { app: 'a' }));
  await send('POST', pods, pod('b', { app: 'b' }));
  await send('DELETE', `${pods}?labelSelector=app=a`);
  expect(((await send('GET', pods)).body['items'] as Pod[]).map(item => item.metadata.name)).toEqual(['b']);
});

test('prints tables as kubectl wants them', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  await client.create('nodes', node('n1'));
  const created = await client.create<Pod>('pods', pod('web'));
  await client.bind(created, 'n1');
  const state = { waiting: { reason: 'CrashLoopBackOff' } };
  const lastState = { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-03-01T11:59:15Z' } };
  const containerStatuses = [{ name: 'app', image: 'x', imageID: '', ready: false, restartCount: 3, state, lastState }];
  await client.patch(
    { resource: 'pods', name: 'web', namespace: 'default' },
    {
      type: 'merge',
      subresource: 'status',
      body: { status: { phase: 'Running', podIP: '10.1.0.7', containerStatuses } },
    },
  );
  const { body } = await send('GET', pods, undefined, as.table);
  expect(body).toMatchObject({
    kind: 'Table',
    rows: [
      {
        cells: ['web', '0/1', 'CrashLoopBackOff', '3 (45s ago)', '0s', '10.1.0.7', 'n1', '<none>', '<none>'],
        object: { kind: 'PartialObjectMetadata' },
      },
    ],
  });
  const columns = body['columnDefinitions'] as { name: string; priority: number }[];
  expect(columns.filter(column => column.priority === 0).map(column => column.name)).toEqual([
    'Name',
    'Ready',
    'Status',
    'Restarts',
    'Age',
  ]);
  expect((await send('GET', '/api/v1/nodes/n1', undefined, as.table)).body).toMatchObject({
    rows: [{ cells: ['n1', 'Ready', '<none>', '0s', '', '10.0.0.1', '<none>', '<unknown>', '<unknown>', '<unknown>'] }],
  });
});

test('gives logs as their source has them, cut as asked', async () => {
  const { server, client, clock } = testServer();
  const { send } = await serve(server);
  server.setLogSource((_pod, { previous }) =>
    previous
      ? { error: 'previous terminated container "app" in pod "web" not found' }
      : ['one', 'two', 'three'].map((line, index) => ({ at: clock.now() - 10_000 * (3 - index), line })),
  );
  await client.create<Pod>('pods', pod('web'));
  expect(await send('GET', `${pods}/web/log`)).toMatchObject({ code: 204, text: '' });
  await client.bind(pod('web'), 'n1');
  expect(await send('GET', `${pods}/web/log`)).toMatchObject({ type: 'text/plain', text: 'one\ntwo\nthree\n' });
  expect((await send('GET', `${pods}/web/log?tailLines=1`)).text).toBe('three\n');
  expect((await send('GET', `${pods}/web/log?sinceSeconds=20`)).text).toBe('two\nthree\n');
  expect((await send('GET', `${pods}/web/log?limitBytes=5`)).text).toBe('one\nt');
  expect((await send('GET', `${pods}/web/log?tailLines=1&timestamps=true`)).text).toBe(
    '2026-03-01T11:59:50.000Z three\n',
  );
  expect(await send('GET', `${pods}/web/log?container=other`)).toMatchObject({ code: 400 });
  expect(await send('GET', `${pods}/web/log?previous=true`)).toMatchObject({
    code: 400,
    body: { message: 'previous terminated container "app" in pod "web" not found' },
  });
});

test('follows a log until its container ends', async () => {
  const { server, client, clock } = testServer();
  const { url } = await serve(server);
  const lines = ['one'];
  server.setLogSource(() => lines.map(line => ({ at: clock.now(), line })));
  await client.create<Pod>('pods', pod('web'));
  await client.bind(pod('web'), 'n1');
  const become = (state: object) => {
    const containerStatuses = [
      { name: 'app', image: 'x', imageID: '', ready: true, restartCount: 0, state, lastState: {} },
    ];
    const target = { resource: 'pods', name: 'web', namespace: 'default' };
    return client.patch<Pod>(target, { type: 'merge', subresource: 'status', body: { status: { containerStatuses } } });
  };
  await become({ running: { startedAt: '2026-03-01T12:00:00Z' } });
  const response = await fetch(`${url}${pods}/web/log?follow=true`);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text === 'one\n') lines.push('two');
    else await become({ terminated: { exitCode: 0, reason: 'Completed' } });
  }
  expect(text).toBe('one\ntwo\n');
});

test('a client finds its way from discovery', async () => {
  const { send } = await serve(testServer().server);
  for (const path of ['/healthz', '/livez', '/readyz'])
    expect(await send('GET', path)).toMatchObject({ code: 200, text: 'ok' });
  expect((await send('GET', '/version')).body).toMatchObject({ major: '1', minor: '36' });
  expect((await send('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  expect((await send('GET', '/apis')).body).toMatchObject({
    kind: 'APIGroupList',
    groups: expect.arrayContaining([
      expect.objectContaining({ name: 'apps', preferredVersion: { groupVersion: 'apps/v1', version: 'v1' } }),
    ]),
  });
  const { body } = await send('GET', '/apis/apps/v1');
  expect(body['resources']).toContainEqual(
    expect.objectContaining({ name: 'deployments', kind: 'Deployment', namespaced: true, shortNames: ['deploy'] }),
  );
  expect(body['resources']).toContainEqual(
    expect.objectContaining({ name: 'deployments/scale', group: 'autoscaling', kind: 'Scale' }),
  );
  expect((await send('GET', '/openapi/v3')).body).toMatchObject({
    paths: { 'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1' } },
  });
  expect((await send('GET', '/openapi/v3/apis/apps/v1')).code).toBe(200);
  expect(await send('GET', '/openapi/v3/apis/x/v1')).toMatchObject({ code: 404, body: { kind: 'Status' } });
});

test('no request can reach the prototypes of our objects', async () => {
  const { send } = await serve(testServer().server);
  const maps = '/api/v1/namespaces/default/configmaps';
  await send('POST', maps, '{"metadata":{"name":"a","__proto__":{"polluted":"yes"}},"data":{"__proto__":"x","k":"v"}}');
  await send(
    'PATCH',
    `${maps}/a`,
    '{"data":{"__proto__":{"polluted":"yes"}},"__proto__":{"polluted":"yes"}}',
    as.merge,
  );
  await send('PATCH', `${maps}/a`, '[{"op":"add","path":"/data/__proto__/polluted","value":"yes"}]', as.json);
  expect('polluted' in {}).toBe(false);
  expect((await send('GET', `${maps}/a`)).body).toMatchObject({ data: { k: 'v' } });
});

test('a status that is written changes only the status', async () => {
  const { send } = await serve(testServer().server);
  const { body } = await send('POST', deployments, deployment('web'));
  const written = await send(
    'PATCH',
    `${deployments}/web/status`,
    { spec: { replicas: 9 }, status: { replicas: 1 } },
    as.merge,
  );
  expect(written.body).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1 }, metadata: { generation: 1 } });
  const spec = (body as Deployment & typeof body).spec;
  expect(
    (await send('PUT', `${deployments}/web`, { ...written.body, spec, status: { replicas: 8 } })).body,
  ).toMatchObject({ status: { replicas: 1 } });
});
