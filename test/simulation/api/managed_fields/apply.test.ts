import { expect, test } from 'vitest';
import { deployment, testServer } from '../fixtures.ts';
import { as, serve } from '../http_fixture.ts';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const configMaps = '/api/v1/namespaces/default/configmaps';

async function cluster() {
  const { server, clock } = testServer();
  return { ...(await serve(server)), clock };
}

function applied(spec: object, name = 'web') {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

test('whoever creates an object owns what it says and its defaults, but not what it is', async () => {
  const { send } = await cluster();
  const { body } = await send('POST', deployments, deployment('web'), { 'user-agent': 'kubectl/v1.36 (linux)' });
  expect(body.metadata.managedFields).toEqual([
    {
      manager: 'kubectl',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-03-01T12:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:progressDeadlineSeconds': {},
          'f:replicas': {},
          'f:revisionHistoryLimit': {},
          'f:selector': {},
          'f:strategy': {
            'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} },
            'f:type': {},
          },
          'f:template': {
            'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"app"}': {
                  '.': {},
                  'f:image': {},
                  'f:imagePullPolicy': {},
                  'f:name': {},
                  'f:resources': {},
                  'f:terminationMessagePath': {},
                  'f:terminationMessagePolicy': {},
                },
              },
              'f:dnsPolicy': {},
              'f:restartPolicy': {},
              'f:schedulerName': {},
              'f:securityContext': {},
              'f:terminationGracePeriodSeconds': {},
            },
          },
        },
      },
    },
  ]);
});

test('a field belongs to whoever changed it last, and to nobody else', async () => {
  const { send } = await cluster();
  await send('POST', `${deployments}?fieldManager=maker`, deployment('web'));
  const { body } = await send('PATCH', `${deployments}/web?fieldManager=scaler`, { spec: { replicas: 5 } }, as.merge);
  const [maker, scaler] = body.metadata.managedFields as { manager: string; fieldsV1: Record<string, object> }[];
  expect(maker).toMatchObject({ manager: 'maker' });
  expect(maker?.fieldsV1['f:spec']).not.toHaveProperty('f:replicas');
  expect(scaler).toMatchObject({ manager: 'scaler', fieldsV1: { 'f:spec': { 'f:replicas': {} } } });
});

test('a write that changes nothing leaves everything as it was, whoever makes it', async () => {
  const { send } = await cluster();
  const { body: before } = await send('POST', deployments, deployment('web'));
  const { body } = await send('PATCH', `${deployments}/web?fieldManager=other`, { spec: { replicas: 2 } }, as.merge);
  expect(body).toEqual(before);
});

test('whoever gives a field of theirs another value has written now, and who repeats it has not', async () => {
  const { send, clock } = await cluster();
  const { body: made } = await send('POST', deployments, deployment('web'));
  clock.start();
  await clock.sleep(60_000);
  const repeated = await send('PATCH', `${deployments}/web`, { spec: { replicas: 2 } }, as.merge);
  expect(repeated.body).toEqual(made);
  const { body } = await send('PATCH', `${deployments}/web`, { spec: { replicas: 3 } }, as.merge);
  expect(body.metadata.managedFields).toMatchObject([{ time: '2026-03-01T12:01:00Z' }]);
  clock.stop();
});

test('the status belongs to those who write the status', async () => {
  const { send } = await cluster();
  await send('POST', `${deployments}?fieldManager=maker`, deployment('web'));
  const change = { spec: { replicas: 9 }, status: { replicas: 1 } };
  const { body } = await send('PATCH', `${deployments}/web/status?fieldManager=controller`, change, as.merge);
  expect(body['spec']).toMatchObject({ replicas: 2 });
  expect(body.metadata.managedFields?.[0]).toMatchObject({
    manager: 'controller',
    subresource: 'status',
    fieldsV1: { 'f:status': { 'f:replicas': {} } },
  });
});

test('applying makes an object that is not there', async () => {
  const { send } = await cluster();
  const { apiVersion, kind, spec } = deployment('new');
  const config = { apiVersion, kind, metadata: { name: 'new' }, spec };
  const made = await send('PATCH', `${deployments}/new?fieldManager=me`, config, as.apply);
  expect(made.code).toBe(201);
  expect(made.body.metadata.managedFields).toMatchObject([{ manager: 'me', operation: 'Apply' }]);
  expect(await send('PATCH', `${deployments}/new?fieldManager=me`, config, as.apply)).toEqual({ ...made, code: 200 });
});

test('nobody takes the fields of others by applying, unless by force', async () => {
  const { send } = await cluster();
  await send('POST', `${deployments}?fieldManager=kubectl-create`, deployment('web'));
  const one = await send('PATCH', `${deployments}/web?fieldManager=me`, applied({ replicas: 3 }), as.apply);
  expect(one).toMatchObject({
    code: 409,
    body: {
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1: .spec.replicas',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-create" using apps/v1',
            field: '.spec.replicas',
          },
        ],
      },
    },
  });
  const container = { name: 'app', image: 'registry.example/web:2' };
  const config = applied({ replicas: 3, template: { spec: { containers: [container] } } });
  const two = await send('PATCH', `${deployments}/web?fieldManager=me`, config, as.apply);
  expect(two.body['message']).toBe(
    'Apply failed with 2 conflicts: conflicts with "kubectl-create" using apps/v1:\n' +
      '- .spec.replicas\n- .spec.template.spec.containers[name="app"].image',
  );
  const forced = await send('PATCH', `${deployments}/web?fieldManager=me&force=true`, config, as.apply);
  expect(forced).toMatchObject({ code: 200, body: { spec: { replicas: 3 } } });
});

test('what its applier no longer says goes, unless somebody else says it too', async () => {
  const { send } = await cluster();
  const path = `${configMaps}/c?fieldManager=`;
  const config = (data: object, finalizers?: string[]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', ...(finalizers ? { finalizers } : {}) },
    data,
  });
  await send('PATCH', `${path}a`, config({ x: '1', y: '', both: '2' }, ['a.example/x']), as.apply);
  await send('PATCH', `${path}b`, config({ both: '2', z: '3' }, ['b.example/x']), as.apply);
  const { body } = await send('PATCH', `${path}a`, config({ x: '1' }), as.apply);
  expect(body['data']).toEqual({ x: '1', both: '2', z: '3' });
  expect(body.metadata.finalizers).toEqual(['b.example/x']);
  expect(body.metadata.managedFields).toMatchObject([
    { manager: 'a', fieldsV1: { 'f:data': { 'f:x': {} } } },
    { manager: 'b' },
  ]);
});

test('items of lists are told apart by their keys, also by those that have a default', async () => {
  const { send } = await cluster();
  await send('POST', `${deployments}?fieldManager=maker`, deployment('web'));
  const ports = (list: object[]) => applied({ template: { spec: { containers: [{ name: 'app', ports: list }] } } });
  const path = `${deployments}/web?fieldManager=`;
  await send('PATCH', `${path}a`, ports([{ containerPort: 80 }, { containerPort: 443, name: 'tls' }]), as.apply);
  const { body } = await send('PATCH', `${path}b`, ports([{ containerPort: 53, protocol: 'UDP' }]), as.apply);
  expect(JSON.stringify(body.metadata.managedFields)).toContain(
    JSON.stringify('k:{"containerPort":80,"protocol":"TCP"}'),
  );
  const left = await send('PATCH', `${path}a`, ports([{ containerPort: 80 }]), as.apply);
  expect(left.body).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              ports: [
                { containerPort: 80, protocol: 'TCP' },
                { containerPort: 53, protocol: 'UDP' },
              ],
            },
          ],
        },
      },
    },
  });
});

test('whoever scales owns the replicas, by the subresource', async () => {
  const { send } = await cluster();
  await send('POST', `${deployments}?fieldManager=maker`, deployment('web'));
  await send('PATCH', `${deployments}/web/scale?fieldManager=hpa`, { spec: { replicas: 7 } }, as.merge);
  const { body } = await send('GET', `${deployments}/web`);
  expect(body.metadata.managedFields).toMatchObject([
    { manager: 'hpa', subresource: 'scale', apiVersion: 'apps/v1', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    { manager: 'maker' },
  ]);
  const refused = await send('PATCH', `${deployments}/web?fieldManager=me`, applied({ replicas: 1 }), as.apply);
  expect(refused.body['message']).toBe(
    'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas',
  );
});

test('only the last ten that update are told apart', async () => {
  const { send } = await cluster();
  await send('POST', `${configMaps}?fieldManager=m0`, { metadata: { name: 'c' }, data: { k0: '' } });
  for (let i = 1; i < 13; i++) {
    await send('PATCH', `${configMaps}/c?fieldManager=m${i}`, { data: { [`k${i}`]: '' } }, as.merge);
  }
  const { body } = await send('GET', `${configMaps}/c`);
  const managers = (body.metadata.managedFields as { manager: string }[]).map(({ manager }) => manager);
  expect(managers).toHaveLength(10);
  expect(managers).toContain('ancient-changes');
});

test('an empty entry starts the tracking anew: with the first who applies', async () => {
  const { send } = await cluster();
  await send('POST', deployments, deployment('web'));
  const { body } = await send('PATCH', `${deployments}/web`, { metadata: { managedFields: [{}] } }, as.merge);
  expect(body.metadata.managedFields).toBeUndefined();
  await send('PATCH', `${deployments}/web`, { spec: { replicas: 4 } }, as.merge);
  const { body: after } = await send('PATCH', `${deployments}/web?fieldManager=me`, applied({ replicas: 4 }), as.apply);
  expect(after.metadata.managedFields).toMatchObject([
    { manager: 'me', operation: 'Apply' },
    { manager: 'before-first-apply', operation: 'Update' },
  ]);
});

test.each([
  [
    '',
    applied({}),
    422,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  ],
  [
    '?fieldManager=me',
    { ...applied({}), metadata: { name: 'web', managedFields: [] } },
    400,
    'metadata.managedFields must be nil',
  ],
  ['?fieldManager=me', { ...applied({}), apiVersion: 'v1' }, 400, 'invalid object type: /v1, Kind=Deployment'],
  [
    '?fieldManager=me',
    applied({ replica: 1 }),
    500,
    'failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
  ],
])('refuses what a real server refuses to apply%s: %j', async (query, config, code, message) => {
  const { send } = await cluster();
  await send('POST', deployments, deployment('web'));
  const answer = await send('PATCH', `${deployments}/web${query}`, config, as.apply);
  expect(answer).toMatchObject({ code, body: { message } });
});

test('applying as a dry run changes nothing', async () => {
  const { send } = await cluster();
  const { body: before } = await send('POST', deployments, deployment('web'));
  const path = `${deployments}/web?fieldManager=me&force=true&dryRun=All`;
  expect(await send('PATCH', path, applied({ replicas: 8 }), as.apply)).toMatchObject({
    body: { spec: { replicas: 8 } },
  });
  expect((await send('GET', `${deployments}/web`)).body).toEqual(before);
});
