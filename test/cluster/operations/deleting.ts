import { configMap, deployment, pod } from '../manifests.ts';
import { del, get, merge, type Operation, operation, post, story } from '../operation.ts';
import { configMaps, deployments, namespaces, pods } from '../places.ts';

const options = (more: Record<string, unknown>) => ({ kind: 'DeleteOptions', apiVersion: 'v1', ...more });
const made = post(configMaps(), configMap('a'), { save: { uid: 'metadata.uid', version: 'metadata.resourceVersion' } });
const held = post(configMaps(), configMap('a', {}, { finalizers: ['example.com/hold'] }));
const with_ = (name: string, body: unknown) => operation(`delete: ${name}`, made, del(configMaps('a'), body));
const onNode = post(pods(), pod('a', { nodeName: 'far' }));

export const deleting: readonly Operation[] = [
  operation('delete: an object', made, del(configMaps('a'))),
  operation('delete: then it is gone', made, del(configMaps('a')), get(configMaps('a'))),
  operation('delete: what is not there', del(configMaps('none'))),
  operation('delete: a workload', post(deployments(), deployment('a')), del(deployments('a'))),
  with_('with the right uid', options({ preconditions: { uid: '{uid}' } })),
  with_('with another uid', options({ preconditions: { uid: '00000000-0000-0000-0000-000000000000' } })),
  with_('with the right version', options({ preconditions: { resourceVersion: '{version}' } })),
  with_('with another version', options({ preconditions: { resourceVersion: '1' } })),
  with_('in the foreground', options({ propagationPolicy: 'Foreground' })),
  with_('leaving orphans', options({ propagationPolicy: 'Orphan' })),
  with_('in the background', options({ propagationPolicy: 'Background' })),
  with_('in a way nobody knows', options({ propagationPolicy: 'Sideways' })),
  with_('both ways at once', options({ propagationPolicy: 'Orphan', orphanDependents: true })),
  with_('orphanDependents of old', options({ orphanDependents: true })),
  with_('a dry run', options({ dryRun: ['All'] })),
  with_('a dry run of another sort', options({ dryRun: ['Some'] })),
  with_('with a grace period below zero', options({ gracePeriodSeconds: -5 })),
  with_('with options of another kind', { kind: 'Pod', apiVersion: 'v1' }),
  with_('with options that are no object', '[]'),
  with_('with options that are no JSON', '{'),
  operation('delete: policy in the query', made, del(`${configMaps('a')}?propagationPolicy=Foreground`)),
  operation('delete: a dry run in the query', made, del(`${configMaps('a')}?dryRun=All`), get(configMaps('a'))),
  operation('delete: what a finalizer holds', held, del(configMaps('a'))),
  story('delete: again what a finalizer holds', held, del(configMaps('a')), del(configMaps('a')), get(configMaps('a'))),
  story(
    'delete: the last finalizer goes',
    held,
    del(configMaps('a')),
    merge(configMaps('a'), { metadata: { finalizers: null } }),
    get(configMaps('a')),
  ),
  operation(
    'delete: a finalizer more is refused while it goes',
    held,
    del(configMaps('a')),
    merge(configMaps('a'), { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }),
  ),
  operation(
    'delete: changed while it goes',
    held,
    del(configMaps('a')),
    merge(configMaps('a'), { data: { key: 'new' } }),
  ),
  operation('delete: a finalizer without a domain', post(configMaps(), configMap('a', {}, { finalizers: ['hold'] }))),
  operation('delete: a pod that has no node', post(pods(), pod('a')), del(pods('a'))),
  operation('delete: then the pod without a node is gone', post(pods(), pod('a')), del(pods('a')), get(pods('a'))),
  operation('delete: a pod on a node', onNode, del(pods('a'))),
  operation(
    'delete: a pod on a node at once',
    onNode,
    del(pods('a'), options({ gracePeriodSeconds: 0 })),
    get(pods('a')),
  ),
  operation('delete: a pod on a node with less grace', onNode, del(pods('a'), options({ gracePeriodSeconds: 5 }))),
  story(
    'delete: a pod with less and less grace',
    onNode,
    del(pods('a')),
    del(pods('a'), options({ gracePeriodSeconds: 3 })),
    del(pods('a'), options({ gracePeriodSeconds: 20 })),
  ),
  operation(
    'delete: a pod with a grace of its own',
    post(pods(), pod('a', { nodeName: 'far', terminationGracePeriodSeconds: 7 })),
    del(pods('a')),
  ),
  story('delete: all of a collection', made, post(configMaps(), configMap('b')), del(configMaps()), get(configMaps())),
  story(
    'delete: those with a label',
    made,
    post(configMaps(), configMap('b', {}, { labels: { a: 'b' } })),
    del(`${configMaps()}?labelSelector=a%3Db`),
    get(configMaps()),
  ),
  operation(
    'delete: a namespace',
    post(namespaces(), { metadata: { name: '{ns}-more' } }),
    del(namespaces('{ns}-more')),
  ),
  operation(
    'delete: into a namespace that goes nothing is made',
    post(namespaces(), { metadata: { name: '{ns}-more' } }),
    del(namespaces('{ns}-more')),
    post('/api/v1/namespaces/{ns}-more/configmaps', configMap('a')),
  ),
  operation('delete: default stays', del(namespaces('default'))),
  operation('delete: all namespaces', del(namespaces())),
];
