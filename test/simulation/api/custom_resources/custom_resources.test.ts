import { expect, test } from 'vitest';
import { testServer } from '../fixtures.ts';
import { as, serve } from '../http_fixture.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/shop.example.com/v1/namespaces/default/widgets';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        mode: { type: 'string', enum: ['slow', 'fast'], default: 'slow' },
        name: { type: 'string', pattern: '^w-', maxLength: 8 },
        port: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        parts: {
          type: 'array',
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
        note: { type: 'string', nullable: true },
        replicas: { type: 'integer', default: 1 },
      },
    },
    status: { type: 'object', properties: { ready: { type: 'boolean' }, replicas: { type: 'integer' } } },
  },
};

function version(name: string, more: object = {}) {
  return { name, served: true, storage: false, schema: { openAPIV3Schema: schema }, ...more };
}

function definition(more: object = {}) {
  const first = version('v1', {
    storage: true,
    subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    additionalPrinterColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
    ],
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.shop.example.com' },
    spec: {
      group: 'shop.example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wg'] },
      versions: [first, version('v1beta1')],
      ...more,
    },
  };
}

function widget(name: string, spec: object) {
  return { apiVersion: 'shop.example.com/v1', kind: 'Widget', metadata: { name }, spec };
}

async function withWidgets() {
  const { server, client } = testServer();
  const { send } = await serve(server);
  expect(await send('POST', definitions, definition())).toMatchObject({ code: 201 });
  return { send, client };
}

test('a definition is established, and its kind is served in every version', async () => {
  const { send, client } = await withWidgets();
  const { body } = await send('GET', `${definitions}/widgets.shop.example.com`);
  expect(body['status']).toMatchObject({
    acceptedNames: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    conditions: [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
      { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
    ],
    storedVersions: ['v1'],
  });
  expect((await send('GET', '/apis/shop.example.com')).body).toMatchObject({
    versions: [{ version: 'v1' }, { version: 'v1beta1' }],
    preferredVersion: { version: 'v1' },
  });
  expect(await client.resources()).toContainEqual({
    name: 'widgets.shop.example.com',
    kind: 'Widget',
    apiVersion: 'shop.example.com/v1',
    namespaced: true,
    verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
  });
});

test('what its schema does not know is dropped, and what it says by default is there', async () => {
  const { send } = await withWidgets();
  const sent = { size: 3, unknown: 1, free: { any: { thing: 1 } }, note: null };
  const { body } = await send('POST', widgets, { ...widget('w', sent), status: { ready: true } });
  expect(body).toMatchObject({ metadata: { generation: 1 } });
  expect(body['spec']).toEqual({ size: 3, mode: 'slow', free: { any: { thing: 1 } }, note: null, replicas: 1 });
  expect(body['status']).toBeUndefined();
});

test.each([
  [{}, 'spec.size: Required value'],
  [{ size: 'x' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
  [{ size: 11 }, 'spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10'],
  [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
  [{ size: 1, mode: 'no' }, 'spec.mode: Unsupported value: "no": supported values: "slow", "fast"'],
  [{ size: 1, name: 'x' }, `spec.name: Invalid value: "x": spec.name in body should match '^w-'`],
  [{ size: 1, name: 'w-1234567' }, 'spec.name: Too long: may not be more than 8 bytes'],
  [
    { size: 1, port: true },
    'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
  ],
  [{ size: 1, parts: [{ name: 'a' }, { name: 'a' }] }, 'spec.parts[1]: Duplicate value: {"name":"a"}'],
])('refuses %j', async (spec, problem) => {
  const { send } = await withWidgets();
  expect(await send('POST', widgets, widget('w', spec))).toMatchObject({
    code: 422,
    body: { reason: 'Invalid', message: `Widget.shop.example.com "w" is invalid: ${problem}` },
  });
});

test('all versions are one object, and a watch of one sees what is written to another', async () => {
  const { send, client } = await withWidgets();
  await send('POST', widgets, widget('w', { size: 3 }));
  const beta = '/apis/shop.example.com/v1beta1/namespaces/default/widgets/w';
  expect((await send('GET', beta)).body).toMatchObject({ apiVersion: 'shop.example.com/v1beta1', spec: { size: 3 } });
  const seen: unknown[] = [];
  const stop = client.watch('widgets.shop.example.com', ({ type, object }) => seen.push([type, object.apiVersion]));
  await send('PATCH', beta, { spec: { size: 4 } }, as.merge);
  stop();
  expect(seen).toEqual([
    ['ADDED', 'shop.example.com/v1'],
    ['MODIFIED', 'shop.example.com/v1'],
  ]);
});

test('status and scale are subresources of their own', async () => {
  const { send } = await withWidgets();
  await send('POST', widgets, widget('w', { size: 3 }));
  const change = { spec: { size: 9 }, status: { ready: true, replicas: 1 } };
  const { body } = await send('PATCH', `${widgets}/w/status`, change, as.merge);
  expect(body).toMatchObject({ spec: { size: 3 }, status: { ready: true }, metadata: { generation: 1 } });
  const scaled = await send('PATCH', `${widgets}/w/scale`, { spec: { replicas: 5 } }, as.merge);
  expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 5 }, status: { replicas: 1 } });
  expect((await send('GET', `${widgets}/w`)).body).toMatchObject({
    spec: { replicas: 5 },
    metadata: { generation: 2 },
  });
});

test('its columns are those of the definition', async () => {
  const { send } = await withWidgets();
  await send('POST', widgets, widget('w', { size: 3 }));
  const { body } = await send('GET', widgets, undefined, as.table);
  expect(body).toMatchObject({
    columnDefinitions: [{ name: 'Name' }, { name: 'Size', type: 'integer' }, { name: 'Ready', type: 'boolean' }],
    rows: [{ cells: ['w', 3, null] }],
  });
});

test('custom resources are applied by the keys of their schema', async () => {
  const { send } = await withWidgets();
  const parts = (...names: string[]) => widget('w', { size: 1, parts: names.map(name => ({ name })) });
  await send('PATCH', `${widgets}/w?fieldManager=a`, parts('one'), as.apply);
  const { body } = await send('PATCH', `${widgets}/w?fieldManager=b`, parts('two'), as.apply);
  expect(body['spec']).toMatchObject({ parts: [{ name: 'one' }, { name: 'two' }] });
  expect(await send('PATCH', `${widgets}/w`, parts(), as.strategic)).toMatchObject({ code: 415 });
});

test('a definition takes its objects with it', async () => {
  const { send, client } = await withWidgets();
  await send('POST', widgets, widget('w', { size: 3 }));
  const gone: string[] = [];
  const stop = client.watch('widgets.shop.example.com', ({ type, object }) => {
    if (type === 'DELETED') gone.push(object.metadata.name);
  });
  const { body } = await send('DELETE', `${definitions}/widgets.shop.example.com`);
  expect(body).toMatchObject({ metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] } });
  expect(await send('GET', `${definitions}/widgets.shop.example.com`)).toMatchObject({ code: 404 });
  expect(await send('GET', `${widgets}/w`)).toMatchObject({ code: 404 });
  stop();
  expect(gone).toEqual(['w']);
});

test('two definitions cannot have one name', async () => {
  const { send } = await withWidgets();
  const other = definition({ names: { plural: 'gadgets', kind: 'Gadget', shortNames: ['wg'] } });
  await send('POST', definitions, { ...other, metadata: { name: 'gadgets.shop.example.com' } });
  const { body } = await send('GET', `${definitions}/gadgets.shop.example.com`);
  expect(body['status']).toMatchObject({
    conditions: [
      { type: 'NamesAccepted', status: 'False', reason: 'ShortNamesConflict', message: '"wg" is already in use' },
      { type: 'Established', status: 'False', reason: 'NotAccepted' },
    ],
  });
});

test.each([
  [
    definition({ scope: 'Galaxy' }),
    'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"',
  ],
  [
    definition({ group: 'other.example.com' }),
    'metadata.name: Invalid value: "widgets.shop.example.com": must be spec.names.plural+"."+spec.group',
  ],
  [
    definition({ versions: [version('v1', { storage: true, schema: undefined })] }),
    'spec.versions[0].schema.openAPIV3Schema: Required value',
  ],
])('refuses a definition that says what cannot be served', async (body, problem) => {
  const { server } = testServer();
  const { send } = await serve(server);
  const answer = await send('POST', definitions, body);
  expect(answer).toMatchObject({
    code: 422,
    body: {
      message: `CustomResourceDefinition.apiextensions.k8s.io "widgets.shop.example.com" is invalid: ${problem}`,
    },
  });
});
