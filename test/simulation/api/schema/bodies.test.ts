import { expect, test } from 'vitest';
import { schemaOf } from '../../../../src/simulation/api/schema/kubernetes.ts';
import { deployment, testServer } from '../fixtures.ts';
import { as, serve } from '../http_fixture.ts';
import { envelope } from './protobuf_encoder.ts';

/** All answers here are those of a Kubernetes 1.36.3. */
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const prefix = 'Deployment in version "v1" cannot be handled as a Deployment: ';
const unrecognised = 'the object provided is unrecognized (must be of type Deployment): ';
const quantities = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function withSpec(spec: object) {
  const object = deployment('web');
  return { ...object, spec: { ...object.spec, ...spec } };
}

function withContainer(fields: object) {
  return withSpec({
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', ...fields }] } },
  });
}

function field(what: string, place: string, type: string) {
  return `${prefix}json: cannot unmarshal ${what} into Go struct field ${place} of type ${type}`;
}

const podPath = 'spec.template.spec';

test.each([
  ['a text for a number', withSpec({ replicas: '3' }), field('string', 'DeploymentSpec.spec.replicas', 'int32')],
  ['a fraction', withSpec({ replicas: 1.5 }), field('number 1.5', 'DeploymentSpec.spec.replicas', 'int32')],
  [
    'too large a number',
    withSpec({ replicas: 3e9 }),
    field('number 3000000000', 'DeploymentSpec.spec.replicas', 'int32'),
  ],
  ['a text for a flag', withSpec({ paused: 'yes' }), field('string', 'DeploymentSpec.spec.paused', 'bool')],
  [
    'a label that is a number',
    { ...deployment('web'), metadata: { name: 'web', labels: { a: 1 } } },
    field('number', 'ObjectMeta.metadata.labels', 'string'),
  ],
  [
    'a text for a container',
    withSpec({ template: { spec: { containers: ['x'] } } }),
    field('string', `PodSpec.${podPath}.containers`, 'v1.Container'),
  ],
  [
    'an object for a list',
    withSpec({ template: { spec: { containers: {} } } }),
    field('object', `PodSpec.${podPath}.containers`, '[]v1.Container'),
  ],
  [
    'a field of a struct that Go embeds',
    withContainer({ readinessProbe: { httpGet: { path: 5, port: 80 } } }),
    field('number', `HTTPGetAction.${podPath}.containers.readinessProbe.ProbeHandler.httpGet.path`, 'string'),
  ],
  [
    'a number for a named text',
    withContainer({ imagePullPolicy: 5 }),
    field('number', `Container.${podPath}.containers.imagePullPolicy`, 'v1.PullPolicy'),
  ],
  [
    'a flag for a port',
    withContainer({ readinessProbe: { httpGet: { port: true } } }),
    field('bool', `HTTPGetAction.${podPath}.containers.readinessProbe.ProbeHandler.httpGet.port`, 'int32'),
  ],
  [
    'a text for amounts',
    withContainer({ resources: { limits: 'x' } }),
    field('string', `ResourceRequirements.${podPath}.containers.resources.limits`, 'v1.ResourceList'),
  ],
  ['an amount that is none', withContainer({ resources: { limits: { cpu: 'lots' } } }), `${prefix}${quantities}`],
  ['an amount that is a flag', withContainer({ resources: { limits: { cpu: true } } }), `${prefix}${quantities}`],
  [
    'a time that is none',
    { ...deployment('web'), metadata: { name: 'web', creationTimestamp: 'x' } },
    `${prefix}parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"`,
  ],
  ['a list for a struct', { ...deployment('web'), spec: [] }, field('array', 'Deployment.spec', 'v1.DeploymentSpec')],
  [
    'a kind that is a number',
    { apiVersion: 'apps/v1', kind: 5 },
    `${unrecognised}couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"apiVersion":"apps/v1","kind" ...)`,
  ],
  [
    'another kind',
    { apiVersion: 'v1', kind: 'ConfigMap' },
    'ConfigMap in version "v1" cannot be handled as a Deployment: converting (v1.ConfigMap) to (apps.Deployment): unknown conversion',
  ],
  [
    'a kind that nobody knows',
    { ...deployment('web'), kind: 'Foo' },
    'Foo in version "v1" cannot be handled as a Deployment: no kind "Foo" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  [
    'an old version',
    { ...deployment('web'), apiVersion: 'apps/v1beta1' },
    'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)',
  ],
  [
    'a version that is none',
    { ...deployment('web'), apiVersion: 'a/b/c' },
    `${unrecognised}unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c","kind":" ...)`,
  ],
  [
    'a list',
    '[1]',
    `${unrecognised}couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b315d)`,
  ],
  ['nothing', '', `${unrecognised}couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)`],
  [
    'a comma too many',
    '{"a":1,}',
    `${unrecognised}couldn't get version/kind; json parse error: invalid character '}' looking for beginning of object key string ({"a":1,})`,
  ],
  [
    'a word',
    'nope',
    `${unrecognised}couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u') (6e6f7065)`,
  ],
])('a body with %s is a bad request', async (_what, body, message) => {
  const { send } = await serve(testServer().server);
  expect((await send('POST', deployments, body)).body).toMatchObject({ reason: 'BadRequest', code: 400, message });
});

const surplus = {
  ...withSpec({ foo: 1, Replicas: 2 }),
  bar: 1,
};
const twice = JSON.stringify(deployment('web')).replace('"replicas":2', '"replicas":1,"replicas":2,"foo":1,"foo":2');

test.each([
  [
    'unknown fields',
    JSON.stringify(surplus),
    ['unknown field "spec.foo"', 'unknown field "spec.Replicas"', 'unknown field "bar"'],
  ],
  ['fields that come twice', twice, ['duplicate field "spec.replicas"', 'unknown field "spec.foo"']],
])('%s are dropped with a warning, refused, or dropped in silence', async (_what, body, problems) => {
  const { server, client } = testServer();
  const { url, send } = await serve(server);
  const post = (mode: string) =>
    fetch(`${url}${deployments}?dryRun=All&fieldValidation=${mode}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
  const warnings = problems.map(problem => `299 - ${JSON.stringify(problem)}`).join(', ');
  expect((await post('Warn')).headers.get('warning')).toBe(warnings);
  expect((await post('')).headers.get('warning')).toBe(warnings);
  expect((await post('Ignore')).headers.get('warning')).toBeNull();
  expect(await (await post('Strict')).json()).toMatchObject({
    code: 400,
    message: `${prefix}strict decoding error: ${problems.join(', ')}`,
  });
  expect(await (await post('x')).json()).toMatchObject({
    code: 422,
    message:
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"',
  });
  await send('POST', deployments, body);
  const kept = await client.get('deployments.apps', 'web', 'default');
  expect(kept).toMatchObject({ spec: { replicas: 2 } });
  expect(JSON.stringify(kept)).not.toMatch(/foo|Replicas"|bar/);
});

test('a patched object is decoded too, and refused in the words of its patch', async () => {
  const { server } = testServer();
  const { send } = await serve(server);
  await send('POST', deployments, deployment('web'));
  const patch = async (body: unknown, headers: Record<string, string>, query = '') =>
    (await send('PATCH', `${deployments}/web${query}`, body, headers)).body;
  expect(await patch({ spec: { replicas: 'x' } }, as.strategic)).toMatchObject({
    code: 422,
    message: ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
  });
  expect((await patch({ spec: { replicas: 'x' } }, as.merge))['message']).toMatch(
    /^ "" is invalid: patch: Invalid value: "\{.*\}": json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
  );
  const strict = '?fieldValidation=Strict';
  expect(await patch({ spec: { foo: 1, template: { spec: { bar: [1, null] } } } }, as.strategic, strict)).toMatchObject(
    {
      message:
        ' "" is invalid: patch: Invalid value: "map[spec:map[foo:1 template:map[spec:map[bar:[1 <nil>]]]]]": strict decoding error: unknown field "spec.foo", unknown field "spec.template.spec.bar"',
    },
  );
  expect(
    (await patch([{ op: 'test', path: '/kind', value: 'Deployment', zap: 1 }], as.json, strict))['message'],
  ).toMatch(/strict decoding error: json patch unknown field "\[0\]\.zap"$/);
  expect((await patch([1], as.merge))['message']).toBe(
    'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  );
  expect((await patch({ kind: 'Foo' }, as.merge))['message']).toMatch(/no kind "Foo" is registered/);
  expect(await patch({}, { 'content-type': 'application/xml' })).toMatchObject({
    code: 415,
    message: '415: Unsupported Media Type',
  });
});

const yaml = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  foo: 1
  replicas: 1
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}
`;

test('bodies in YAML and in protobuf are read like those in JSON', async () => {
  const { server, client } = testServer();
  const { url, send } = await serve(server);
  const sent = await fetch(`${url}${deployments}`, {
    method: 'POST',
    body: yaml,
    headers: { 'content-type': 'application/yaml' },
  });
  expect([sent.status, sent.headers.get('warning')]).toEqual([
    201,
    '299 - "line 7: key \\"replicas\\" already set in map", 299 - "unknown field \\"spec.foo\\""',
  ]);
  expect(await client.get('deployments.apps', 'web', 'default')).toMatchObject({ spec: { replicas: 2 } });
  const strict = await send('POST', `${deployments}?fieldValidation=Strict`, yaml, {
    'content-type': 'application/yaml',
  });
  expect(strict.body['message']).toBe(
    `${prefix}strict decoding error: yaml: unmarshal errors:\n  line 7: key "replicas" already set in map, unknown field "spec.foo"`,
  );
  const object = { ...deployment('other'), apiVersion: undefined, kind: undefined };
  const schema = schemaOf({ group: 'apps', version: 'v1', kind: 'Deployment' })!;
  const protobuf = await fetch(`${url}${deployments}`, {
    method: 'POST',
    body: new Uint8Array(envelope('apps/v1', 'Deployment', object, schema)),
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
  });
  expect(protobuf.status).toBe(201);
  expect(await client.get('deployments.apps', 'other', 'default')).toMatchObject({ spec: deployment('other').spec });
  const cbor = await send('POST', deployments, 'x', { 'content-type': 'application/cbor' });
  expect(cbor.body).toMatchObject({
    code: 415,
    message:
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  });
});

test('the bodies of subresources and deletions are decoded as well', async () => {
  const { server } = testServer();
  const { send } = await serve(server);
  await send('POST', deployments, deployment('web'));
  const scale = async (body: unknown, query = '') =>
    (await send('PUT', `${deployments}/web/scale${query}`, body)).body['message'];
  expect(await scale({ metadata: { name: 'web' }, spec: { replicas: 'x' } })).toBe(
    'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
  );
  expect(await scale({ metadata: { name: 'web' }, spec: { foo: 1 } }, '?fieldValidation=Strict')).toBe(
    'Scale in version "v1" cannot be handled as a Scale: strict decoding error: unknown field "spec.foo"',
  );
  expect((await send('DELETE', `${deployments}/web`, { gracePeriodSeconds: 'x' })).body['message']).toBe(
    'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
  );
  expect((await send('DELETE', `${deployments}/web`, { kind: 'Pod', apiVersion: 'v1' })).body['message']).toBe(
    'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
  );
});
