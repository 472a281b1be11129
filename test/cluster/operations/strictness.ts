import { configMap, container, deployment, pod, secret } from '../manifests.ts';
import { apply, merge, type Operation, operation, post, put } from '../operation.ts';
import { configMaps, deployments, pods, secrets } from '../places.ts';

const unknownField = { ...configMap('a'), surplus: 1, spec: { more: true } };
const deep = pod('a', { containers: [container({ imagePullPolicies: 'Always', resources: { limit: {} } })] });
const duplicate = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"1"},"data":{"b":"2"}}';
const posting = (name: string, path: string, body: unknown, type?: string) =>
  operation(`strict: ${name}`, post(path, body, type === undefined ? {} : { type }));
const wrong = (name: string, path: string, body: unknown) => operation(`type: ${name}`, post(path, body));

export const strictness: readonly Operation[] = [
  posting('unknown fields are dropped', configMaps(), unknownField),
  posting('unknown fields with a warning', `${configMaps()}?fieldValidation=Warn`, unknownField),
  posting('unknown fields refused', `${configMaps()}?fieldValidation=Strict`, unknownField),
  posting('unknown fields ignored', `${configMaps()}?fieldValidation=Ignore`, unknownField),
  posting('unknown fields in the depth refused', `${pods()}?fieldValidation=Strict`, deep),
  posting('unknown fields in the depth with a warning', `${pods()}?fieldValidation=Warn`, deep),
  posting(
    'unknown fields in the metadata',
    `${configMaps()}?fieldValidation=Strict`,
    configMap('a', {}, { label: {} }),
  ),
  posting('another way of checking', `${configMaps()}?fieldValidation=Maybe`, configMap('a')),
  posting('a field twice', `${configMaps()}?fieldValidation=Strict`, duplicate),
  posting('a field twice with a warning', `${configMaps()}?fieldValidation=Warn`, duplicate),
  posting('a field in other letters', `${deployments()}?fieldValidation=Strict`, deployment('a', { Replicas: 3 })),
  operation(
    'strict: updated',
    post(configMaps(), configMap('a')),
    put(`${configMaps('a')}?fieldValidation=Strict`, unknownField),
  ),
  operation(
    'strict: patched',
    post(configMaps(), configMap('a')),
    merge(`${configMaps('a')}?fieldValidation=Strict`, { datas: {} }),
  ),
  operation(
    'strict: patched with a warning',
    post(configMaps(), configMap('a')),
    merge(`${configMaps('a')}?fieldValidation=Warn`, { datas: {} }),
  ),
  operation('strict: applied', apply(`${configMaps('a')}?fieldManager=me`, { ...configMap('a'), surplus: 1 })),
  posting('no JSON', configMaps(), '{"metadata":'),
  posting('no body', configMaps(), ''),
  posting('null', configMaps(), 'null'),
  posting('a list', configMaps(), '[]'),
  posting('a text', configMaps(), '"text"'),
  posting(
    'YAML',
    configMaps(),
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: value\n',
    'application/yaml',
  ),
  posting('YAML that is none', configMaps(), 'apiVersion: v1\n kind: [', 'application/yaml'),
  posting(
    'YAML with a field twice',
    `${configMaps()}?fieldValidation=Strict`,
    'metadata: {name: a}\ndata: {a: "1"}\ndata: {b: "2"}\n',
    'application/yaml',
  ),
  posting('a media type nobody reads', configMaps(), configMap('a'), 'text/plain'),
  posting('a media type with a charset', configMaps(), configMap('a'), 'application/json; charset=utf-8'),
  posting('more after the object', configMaps(), '{"metadata":{"name":"a"}} {"more":1}'),
  wrong('a number in place of a text', configMaps(), configMap('a', { key: 1 })),
  wrong('a text in place of a number', deployments(), deployment('a', { replicas: 'three' })),
  wrong('a fraction in place of a whole number', deployments(), deployment('a', { replicas: 1.5 })),
  wrong('a number that is too large', deployments(), deployment('a', { replicas: 3_000_000_000 })),
  wrong('a text in place of a truth', deployments(), deployment('a', { paused: 'yes' })),
  wrong('a list in place of a map', deployments(), deployment('a', { template: [] })),
  wrong('a map in place of a list', pods(), pod('a', { containers: {} })),
  wrong('a text in place of labels', configMaps(), configMap('a', {}, { labels: 'x' })),
  wrong('a number as a label', configMaps(), configMap('a', {}, { labels: { a: 1 } })),
  wrong('null as a label', configMaps(), configMap('a', {}, { labels: { a: null } })),
  wrong('null in a list', pods(), pod('a', { containers: [null] })),
  wrong('a number as a name', configMaps(), { metadata: { name: 7 } }),
  wrong('a time that is none', configMaps(), configMap('a', {}, { creationTimestamp: 'yesterday' })),
  wrong(
    'a quantity that is none',
    pods(),
    pod('a', { containers: [container({ resources: { requests: { cpu: 'much' } } })] }),
  ),
  wrong(
    'a quantity that is a truth',
    pods(),
    pod('a', { containers: [container({ resources: { requests: { cpu: true } } })] }),
  ),
  wrong('bytes that are none', secrets(), secret('a', { data: { a: '%%%' } })),
  wrong(
    'a number or a text that is a list',
    deployments(),
    deployment('a', { strategy: { rollingUpdate: { maxSurge: [] } } }),
  ),
  wrong('a kind that is a number', configMaps(), { kind: 7, apiVersion: 'v1', metadata: { name: 'a' } }),
];
