import { configMap, deployment, pod, service } from '../manifests.ts';
import { get, type Operation, operation, post, put, story } from '../operation.ts';
import { configMaps, deployments, events, namespaces, pods, services } from '../places.ts';

const named = (name: string) =>
  operation(`create: a name like ${name.slice(0, 20)}`, post(configMaps(), configMap(name)));

export const creating: readonly Operation[] = [
  operation('create: an object', post(configMaps(), configMap('a', { key: 'value' }, { annotations: { why: 'so' } }))),
  operation('create: twice', post(configMaps(), configMap('a')), post(configMaps(), configMap('a'))),
  operation('create: a workload twice', post(deployments(), deployment('a')), post(deployments(), deployment('a'))),
  operation('create: without a name', post(configMaps(), { metadata: {} })),
  operation('create: without metadata', post(configMaps(), { data: {} })),
  operation('create: with generateName', post(configMaps(), { metadata: { generateName: 'made-' } })),
  operation('create: with both names', post(configMaps(), { metadata: { name: 'a', generateName: 'made-' } })),
  operation('create: with a bad generateName', post(configMaps(), { metadata: { generateName: 'Made_' } })),
  operation('create: with a long generateName', post(pods(), pod('', {}, { generateName: 'm'.repeat(70) }))),
  named('Upper'),
  named('under_score'),
  named('a..b'),
  named('-a'),
  named('a'.repeat(254)),
  operation('create: a service name with a dot', post(services(), service('a.b'))),
  operation('create: a service name with a digit first', post(services(), service('1a'))),
  operation('create: without kind and version', post(configMaps(), { metadata: { name: 'a' } })),
  operation('create: of another kind', post(configMaps(), { ...configMap('a'), kind: 'Secret' })),
  operation('create: of another version', post(configMaps(), { ...configMap('a'), apiVersion: 'v2' })),
  operation('create: of another group', post(deployments(), { ...deployment('a'), apiVersion: 'extensions/v1beta1' })),
  operation('create: into another namespace than the path', post(configMaps(), configMap('a', {}, { namespace: 'x' }))),
  operation('create: into a namespace that is not there', post('/api/v1/namespaces/none/configmaps', configMap('a'))),
  operation('create: without a namespace', post('/api/v1/configmaps', configMap('a'))),
  operation('create: with a resourceVersion', post(configMaps(), configMap('a', {}, { resourceVersion: '5' }))),
  operation('create: with a uid of its own', post(configMaps(), configMap('a', {}, { uid: 'mine' }))),
  operation(
    'create: what the server sets is not taken from the client',
    post(
      configMaps(),
      configMap('a', {}, { creationTimestamp: '2020-01-01T00:00:00Z', generation: 7, selfLink: '/x' }),
    ),
  ),
  operation(
    'create: with a deletionTimestamp',
    post(configMaps(), configMap('a', {}, { deletionTimestamp: '2020-01-01T00:00:00Z' })),
  ),
  operation('create: a status is not taken', post(deployments(), { ...deployment('a'), status: { replicas: 9 } })),
  operation('create: to a name', post(configMaps('a'), configMap('a'))),
  operation('create: dry run', post(`${configMaps()}?dryRun=All`, configMap('a')), get(configMaps('a'))),
  operation('create: the answer of a dry run', post(`${configMaps()}?dryRun=All`, configMap('a'))),
  operation('create: a dry run of a bad object', post(`${configMaps()}?dryRun=All`, configMap('A'))),
  operation('create: a dry run of another sort', post(`${configMaps()}?dryRun=Some`, configMap('a'))),
  operation('create: with a field manager', post(`${configMaps()}?fieldManager=me`, configMap('a'))),
  operation(
    'create: with a long field manager',
    post(`${configMaps()}?fieldManager=${'m'.repeat(129)}`, configMap('a')),
  ),
  operation('create: a namespace', post(namespaces(), { metadata: { name: '{ns}-more' } })),
  operation('create: a namespace with a bad name', post(namespaces(), { metadata: { name: '{ns}.more' } })),
  operation(
    'create: an event',
    post(events(), {
      metadata: { name: 'a.1' },
      involvedObject: { kind: 'Pod', name: 'a', namespace: '{ns}' },
      reason: 'Seen',
      message: 'It was seen.',
      type: 'Normal',
    }),
  ),
  operation(
    'create: an event about another namespace',
    post(events(), { metadata: { name: 'a.1' }, involvedObject: { kind: 'Pod', name: 'a', namespace: 'default' } }),
  ),
];

export const updating: readonly Operation[] = [
  operation(
    'update: an object',
    post(configMaps(), configMap('a')),
    put(configMaps('a'), configMap('a', { key: 'new' })),
  ),
  story(
    'update: without a change the version stays',
    post(configMaps(), configMap('a')),
    put(configMaps('a'), configMap('a')),
    get(configMaps('a')),
  ),
  operation('update: what is not there', put(configMaps('none'), configMap('none'))),
  operation(
    'update: another name than the path',
    post(configMaps(), configMap('a')),
    put(configMaps('a'), configMap('b')),
  ),
  operation('update: without a name', post(configMaps(), configMap('a')), put(configMaps('a'), { data: {} })),
  operation(
    'update: of an old version',
    post(configMaps(), configMap('a'), { save: { version: 'metadata.resourceVersion' } }),
    put(configMaps('a'), configMap('a', { key: 'second' })),
    put(configMaps('a'), configMap('a', { key: 'third' }, { resourceVersion: '{version}' })),
  ),
  operation(
    'update: of the current version',
    post(configMaps(), configMap('a'), { save: { version: 'metadata.resourceVersion' } }),
    put(configMaps('a'), configMap('a', { key: 'second' }, { resourceVersion: '{version}' })),
  ),
  operation(
    'update: of a version that is no number',
    post(configMaps(), configMap('a')),
    put(configMaps('a'), configMap('a', {}, { resourceVersion: 'x' })),
  ),
  operation(
    'update: of another uid',
    post(configMaps(), configMap('a')),
    put(configMaps('a'), configMap('a', {}, { uid: '00000000-0000-0000-0000-000000000000' })),
  ),
  operation(
    'update: labels that are none',
    post(configMaps(), configMap('a')),
    put(configMaps('a'), configMap('a', {}, { labels: { 'a b': 'c' } })),
  ),
  operation(
    'update: dry run',
    post(configMaps(), configMap('a')),
    put(`${configMaps('a')}?dryRun=All`, configMap('a', { key: 'new' })),
    get(configMaps('a')),
  ),
  story(
    'update: the generation counts changes of the spec',
    post(deployments(), deployment('a')),
    put(deployments('a'), deployment('a', { replicas: 3 })),
    put(deployments('a'), deployment('a', { replicas: 3 }, { labels: { more: 'labels' } })),
  ),
  operation('update: a collection', put(configMaps(), configMap('a'))),
  operation(
    'update: an immutable ConfigMap',
    post(configMaps(), { ...configMap('a'), immutable: true }),
    put(configMaps('a'), { ...configMap('a', { key: 'new' }), immutable: true }),
  ),
  operation(
    'update: an immutable ConfigMap is made mutable',
    post(configMaps(), { ...configMap('a'), immutable: true }),
    put(configMaps('a'), configMap('a')),
  ),
  operation(
    'update: the selector of a workload',
    post(deployments(), deployment('a')),
    put(
      deployments('a'),
      deployment('a', {
        selector: { matchLabels: { app: 'bank' } },
        template: { metadata: { labels: { app: 'bank' } }, spec: { containers: [{ name: 'main', image: 'x' }] } },
      }),
    ),
  ),
  operation(
    'update: the image of a pod',
    post(pods(), pod('a')),
    put(
      pods('a'),
      pod('a', { containers: [{ name: 'main', image: 'registry.example/app:2.0' }], serviceAccountName: 'default' }),
    ),
  ),
  operation(
    'update: the resources of a pod',
    post(pods(), pod('a')),
    put(
      pods('a'),
      pod('a', {
        containers: [{ name: 'main', image: 'registry.example/app:1.0', resources: { requests: { cpu: '1' } } }],
        serviceAccountName: 'default',
      }),
    ),
  ),
  operation(
    'update: the node of a pod',
    post(pods(), pod('a')),
    put(pods('a'), pod('a', { nodeName: 'far', serviceAccountName: 'default' })),
  ),
  operation(
    'update: the address of a service',
    post(services(), service('a')),
    put(services('a'), service('a', { clusterIP: '10.96.200.1' })),
  ),
];
