import { configMap, container, deployment, pod, service } from '../manifests.ts';
import { get, jsonPatch, merge, type Operation, operation, post, strategic } from '../operation.ts';
import { configMaps, deployments, pods, services } from '../places.ts';

const made = post(configMaps(), configMap('a', { key: 'value', other: 'x' }));
const merged = (name: string, body: unknown) => operation(`merge patch: ${name}`, made, merge(configMaps('a'), body));
const jsonPatched = (name: string, body: unknown) =>
  operation(`JSON patch: ${name}`, made, jsonPatch(configMaps('a'), body));

const two = { containers: [container(), container({ name: 'side' })] };
const workload = deployment('a', {
  template: {
    metadata: { labels: { app: 'shop' } },
    spec: {
      automountServiceAccountToken: false,
      containers: [
        container({
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
          ports: [{ containerPort: 80 }],
        }),
        container({ name: 'side' }),
      ],
    },
  },
});
const inPod = (spec: unknown) => ({ spec: { template: { spec } } });
const strategically = (name: string, body: unknown) =>
  operation(`strategic patch: ${name}`, post(deployments(), workload), strategic(deployments('a'), body));

export const patching: readonly Operation[] = [
  merged('a value', { data: { key: 'new' } }),
  merged('null removes', { data: { key: null } }),
  merged('metadata', { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }),
  merged('nothing', {}),
  merged('the name', { metadata: { name: 'b' } }),
  merged('the namespace', { metadata: { namespace: 'other' } }),
  merged('the uid', { metadata: { uid: 'other' } }),
  merged('an old version', { metadata: { resourceVersion: '1' }, data: { key: 'new' } }),
  merged('the kind', { kind: 'Secret' }),
  merged('a type that does not fit', { data: 'text' }),
  merged('a number in place of a text', { data: { key: 1 } }),
  merged('a list', []),
  merged('no JSON', '{"data":'),
  merged('a field that is not known', { datas: { key: 'new' } }),
  operation('merge patch: what is not there', merge(configMaps('none'), { data: {} })),
  operation(
    'merge patch: a list is replaced',
    post(pods(), pod('a', two)),
    merge(pods('a'), { spec: { containers: [container({ image: 'registry.example/app:2.0' })] } }),
  ),
  operation(
    'merge patch: dry run',
    made,
    merge(`${configMaps('a')}?dryRun=All`, { data: { key: 'new' } }),
    get(configMaps('a')),
  ),
  operation('merge patch: forced', made, merge(`${configMaps('a')}?force=true`, { data: { key: 'new' } })),
  operation(
    'merge patch: a selector of a service is changed',
    post(services(), service('a')),
    merge(services('a'), { spec: { selector: { app: 'bank' } } }),
  ),
  operation(
    'merge patch: the selector of a workload',
    post(deployments(), workload),
    merge(deployments('a'), { spec: { selector: { matchLabels: { app: 'bank' } } } }),
  ),
  operation(
    'merge patch: fewer replicas than none',
    post(deployments(), workload),
    merge(deployments('a'), { spec: { replicas: -1 } }),
  ),
  jsonPatched('replace', [{ op: 'replace', path: '/data/key', value: 'new' }]),
  jsonPatched('add', [{ op: 'add', path: '/data/more', value: 'y' }]),
  jsonPatched('remove', [{ op: 'remove', path: '/data/key' }]),
  jsonPatched('move', [{ op: 'move', from: '/data/key', path: '/data/moved' }]),
  jsonPatched('copy', [{ op: 'copy', from: '/data/key', path: '/data/copied' }]),
  jsonPatched('a test that holds', [
    { op: 'test', path: '/data/key', value: 'value' },
    { op: 'remove', path: '/data/key' },
  ]),
  jsonPatched('a test that fails', [
    { op: 'test', path: '/data/key', value: 'other' },
    { op: 'remove', path: '/data/key' },
  ]),
  jsonPatched('a test of what is not there', [{ op: 'test', path: '/data/none', value: 'other' }]),
  jsonPatched('remove what is not there', [{ op: 'remove', path: '/data/none' }]),
  jsonPatched('replace what is not there', [{ op: 'replace', path: '/data/none', value: 'x' }]),
  jsonPatched('below what is not there', [{ op: 'add', path: '/none/deeper', value: 'x' }]),
  jsonPatched('an operation nobody knows', [{ op: 'double', path: '/data/key' }]),
  jsonPatched('an escaped key', [
    { op: 'add', path: '/metadata/annotations', value: { 'a.b/c': 'd' } },
    { op: 'replace', path: '/metadata/annotations/a.b~1c', value: 'e' },
  ]),
  jsonPatched('no list', { op: 'remove', path: '/data/key' }),
  jsonPatched('without a path', [{ op: 'remove' }]),
  jsonPatched('without a value', [{ op: 'add', path: '/data/more' }]),
  operation(
    'JSON patch: into lists',
    post(deployments(), workload),
    jsonPatch(deployments('a'), [
      { op: 'add', path: '/spec/template/spec/containers/0/env/-', value: { name: 'C', value: '3' } },
      { op: 'add', path: '/spec/template/spec/containers/0/env/0', value: { name: 'Z', value: '0' } },
      { op: 'remove', path: '/spec/template/spec/containers/1' },
    ]),
  ),
  operation(
    'JSON patch: an index that is not there',
    post(deployments(), workload),
    jsonPatch(deployments('a'), [{ op: 'remove', path: '/spec/template/spec/containers/7' }]),
  ),
  strategically(
    'a container by its name',
    inPod({ containers: [{ name: 'main', image: 'registry.example/app:2.0' }] }),
  ),
  strategically('a container more', inPod({ containers: [{ name: 'third', image: 'registry.example/third:1' }] })),
  strategically('a container less', inPod({ containers: [{ name: 'side', $patch: 'delete' }] })),
  strategically('the list is replaced', inPod({ containers: [{ $patch: 'replace' }, { name: 'only', image: 'x' }] })),
  strategically(
    'an order',
    inPod({
      '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }],
      containers: [{ name: 'main', image: 'y' }],
    }),
  ),
  strategically(
    'environment by its name',
    inPod({
      containers: [
        {
          name: 'main',
          env: [
            { name: 'A', value: '9' },
            { name: 'C', value: '3' },
          ],
        },
      ],
    }),
  ),
  strategically('environment less', inPod({ containers: [{ name: 'main', env: [{ name: 'A', $patch: 'delete' }] }] })),
  strategically(
    'ports by their number',
    inPod({ containers: [{ name: 'main', ports: [{ containerPort: 80, name: 'web' }, { containerPort: 81 }] }] }),
  ),
  strategically('a map is replaced', { metadata: { labels: { $patch: 'replace', only: 'this' } } }),
  strategically('null removes', { spec: { progressDeadlineSeconds: null, replicas: null } }),
  strategically('retained keys', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }),
  strategically('without its key', inPod({ containers: [{ image: 'x' }] })),
  strategically('a directive nobody knows', inPod({ containers: [{ name: 'main', $patch: 'double' }] })),
  strategically('a list in place of a map', { spec: [] }),
  strategically('a text in place of a map', { spec: { template: 'x' } }),
  operation(
    'strategic patch: a primitive list',
    post(pods(), pod('a', {}, { finalizers: ['example.com/a', 'example.com/b'] })),
    strategic(pods('a'), { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] } }),
    strategic(pods('a'), { metadata: { finalizers: ['example.com/c'] } }),
  ),
  operation('strategic patch: a ConfigMap', made, strategic(configMaps('a'), { data: { key: 'new' } })),
  operation('patch: a media type nobody knows', made, { ...merge(configMaps('a'), {}), type: 'application/json' }),
  operation('patch: a collection', merge(configMaps(), { data: {} })),
];
