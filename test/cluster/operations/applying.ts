import { configMap, container, deployment, pod, service } from '../manifests.ts';
import { apply, get, merge, type Operation, operation, post, put, type Step, story } from '../operation.ts';
import { configMaps, deployments, namespaces, pods, services } from '../places.ts';

type Fields = Record<string, unknown>;
const as = (manager: string, place: string, body: unknown, more = ''): Step =>
  apply(`${place}?fieldManager=${manager}${more}`, body);
const config = (manager: string, data: Fields, more = '') => as(manager, configMaps('a'), configMap('a', data), more);
const workload = (manager: string, spec: Fields, more = '') =>
  as(manager, deployments('a'), { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec }, more);
const full = { selector: { matchLabels: { app: 'shop' } } };
const containers = (...list: Fields[]) => ({
  ...full,
  template: { metadata: { labels: { app: 'shop' } }, spec: { automountServiceAccountToken: false, containers: list } },
});
const ports = (...list: Fields[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a' },
  spec: { ports: list },
});
const bare = (manager: string, metadata: Fields) =>
  as(manager, configMaps('a'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata } });
const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: value\n';

export const applying: readonly Operation[] = [
  operation('apply: what is not there', config('one', { key: 'value' })),
  story('apply: again the same', config('one', { key: 'value' }), config('one', { key: 'value' })),
  operation('apply: YAML', apply(`${configMaps('a')}?fieldManager=one`, yaml)),
  operation('apply: a field more', config('one', { a: '1' }), config('one', { a: '1', b: '2' })),
  operation('apply: a field less is removed', config('one', { a: '1', b: '2' }), config('one', { a: '1' })),
  operation(
    'apply: all fields less',
    config('one', { a: '1' }),
    as('one', configMaps('a'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
  ),
  operation('apply: two managers of different fields', config('one', { a: '1' }), config('two', { b: '2' })),
  operation('apply: two managers of one field, agreeing', config('one', { a: '1' }), config('two', { a: '1' })),
  operation('apply: a conflict', config('one', { a: '1' }), config('two', { a: '2' })),
  operation(
    'apply: conflicts with two',
    config('one', { a: '1', b: '1' }),
    config('three', { a: '1' }),
    config('two', { a: '2', b: '2' }),
  ),
  operation(
    'apply: a conflict with an update',
    post(`${configMaps()}?fieldManager=editor`, configMap('a', { a: '1' })),
    config('two', { a: '2' }),
  ),
  operation('apply: a conflict is forced', config('one', { a: '1', b: '1' }), config('two', { a: '2' }, '&force=true')),
  operation(
    'apply: a shared field is given up by one',
    config('one', { a: '1' }),
    config('two', { a: '1' }),
    config('one', {}),
    get(configMaps('a')),
  ),
  operation(
    'apply: an update takes a field',
    config('one', { a: '1', b: '1' }),
    merge(`${configMaps('a')}?fieldManager=editor`, { data: { a: '2' } }),
  ),
  operation(
    'apply: back after an update took it',
    config('one', { a: '1' }),
    merge(`${configMaps('a')}?fieldManager=editor`, { data: { a: '2' } }),
    config('one', { a: '1' }),
  ),
  operation(
    'apply: an update removes a field',
    config('one', { a: '1', b: '1' }),
    merge(`${configMaps('a')}?fieldManager=editor`, { data: { a: null } }),
  ),
  operation('apply: without a manager', apply(configMaps('a'), configMap('a'))),
  operation('apply: of another name', as('one', configMaps('a'), configMap('b'))),
  operation('apply: without a name', as('one', configMaps('a'), { apiVersion: 'v1', kind: 'ConfigMap', data: {} })),
  operation('apply: without kind and version', as('one', configMaps('a'), { metadata: { name: 'a' } })),
  operation(
    'apply: of another kind',
    as('one', configMaps('a'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }),
  ),
  operation(
    'apply: of another version',
    as('one', configMaps('a'), { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } }),
  ),
  operation(
    'apply: with managedFields',
    as('one', configMaps('a'), configMap('a', {}, { managedFields: [{ manager: 'x' }] })),
  ),
  operation('apply: an unknown field', as('one', configMaps('a'), { ...configMap('a'), surplus: 1 })),
  operation('apply: a type that does not fit', as('one', configMaps('a'), { ...configMap('a'), data: 'text' })),
  operation('apply: an invalid object', workload('one', { replicas: -1 })),
  operation('apply: no YAML', apply(`${configMaps('a')}?fieldManager=one`, 'a: [')),
  operation('apply: dry run', config('one', { a: '1' }, '&dryRun=All'), get(configMaps('a'))),
  operation('apply: a dry run of a conflict', config('one', { a: '1' }), config('two', { a: '2' }, '&dryRun=All')),
  operation(
    'apply: with an old version',
    config('one', { a: '1' }),
    as('one', configMaps('a'), configMap('a', { a: '2' }, { resourceVersion: '1' })),
  ),
  operation(
    'apply: with a uid, when it is not there',
    as('one', configMaps('a'), configMap('a', {}, { uid: '00000000-0000-0000-0000-000000000000' })),
  ),
  operation(
    'apply: a namespace',
    as('one', namespaces('{ns}-more'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '{ns}-more' } }),
  ),
  operation(
    'apply: into a namespace that is not there',
    apply('/api/v1/namespaces/none/configmaps/a?fieldManager=one', configMap('a')),
  ),
  operation('apply: a Deployment', workload('one', containers(container()))),
  operation(
    'apply: replicas by another manager',
    workload('one', containers(container())),
    workload('two', { ...containers(container()), replicas: 4 }),
  ),
  operation(
    'apply: replicas that an autoscaler has set',
    workload('one', { ...containers(container()), replicas: 2 }),
    put(`${deployments('a', 'scale')}?fieldManager=autoscaler`, {
      metadata: { name: 'a', namespace: '{ns}' },
      spec: { replicas: 5 },
    }),
    workload('one', { ...containers(container()), replicas: 2 }),
  ),
  operation(
    'apply: who owns the replicas then',
    workload('one', { ...containers(container()), replicas: 2 }),
    put(`${deployments('a', 'scale')}?fieldManager=autoscaler`, {
      metadata: { name: 'a', namespace: '{ns}' },
      spec: { replicas: 5 },
    }),
    get(deployments('a')),
  ),
  operation(
    'apply: replicas are given up',
    workload('one', { ...containers(container()), replicas: 2 }),
    workload('one', containers(container())),
  ),
  operation(
    'apply: a container more by another',
    workload('one', containers(container())),
    workload('two', { template: { spec: { containers: [{ name: 'side', image: 'side' }] } } }),
  ),
  operation(
    'apply: a container less',
    workload('one', containers(container(), container({ name: 'side' }))),
    workload('one', containers(container())),
  ),
  operation('apply: two of one name', workload('one', containers(container(), container()))),
  operation('apply: an item without its key', workload('one', containers({ image: 'x' }))),
  operation(
    'apply: an image by another',
    workload('one', containers(container())),
    workload('two', { template: { spec: { containers: [{ name: 'main', image: 'other' }] } } }),
  ),
  operation(
    'apply: variables by their names',
    workload(
      'one',
      containers(
        container({
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        }),
      ),
    ),
    workload(
      'one',
      containers(
        container({
          env: [
            { name: 'B', value: '3' },
            { name: 'C', value: '4' },
          ],
        }),
      ),
    ),
  ),
  operation(
    'apply: an atomic map, the selector',
    workload('one', containers(container())),
    workload('two', { selector: { matchLabels: { app: 'shop' } } }),
  ),
  operation(
    'apply: ports of a service by two',
    as('one', services('a'), ports({ port: 80, name: 'web' })),
    as('two', services('a'), ports({ port: 443, name: 'tls' })),
  ),
  operation(
    'apply: over what was created',
    post(services(), service('a')),
    as('one', services('a'), ports({ port: 80, name: 'web' })),
  ),
  operation(
    'apply: finalizers are a set',
    bare('one', { finalizers: ['example.com/a'] }),
    bare('two', { finalizers: ['example.com/b'] }),
  ),
  operation('apply: a finalizer is given up', bare('one', { finalizers: ['example.com/a'] }), bare('one', {})),
  operation('apply: labels by two', bare('one', { labels: { a: '1' } }), bare('two', { labels: { b: '2' } })),
  operation(
    'apply: an owner',
    bare('one', { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'x' }] }),
  ),
  operation(
    'apply: a pod, then its status by another',
    as('one', pods('a'), pod('a')),
    as('two', pods('a', 'status'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      status: { phase: 'Running' },
    }),
  ),
  operation(
    'apply: conditions of a status',
    as('one', pods('a'), pod('a')),
    as('two', pods('a', 'status'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      status: { conditions: [{ type: 'Mine', status: 'True' }] },
    }),
  ),
  operation(
    'apply: a deployment that was created',
    post(deployments(), deployment('a')),
    workload('one', { replicas: 3 }),
  ),
  operation(
    'apply: created and changed',
    post(deployments(), deployment('a', { replicas: 2 })),
    merge(deployments('a'), { spec: { replicas: 3 } }),
    get(deployments('a')),
  ),
];
