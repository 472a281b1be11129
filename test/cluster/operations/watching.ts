import { configMap, pod } from '../manifests.ts';
import { asMetadata, asTable, del, get, merge, type Operation, operation, post, watch } from '../operation.ts';
import { configMaps, pods } from '../places.ts';

const made = post(configMaps(), configMap('a', { key: 'value' }, { labels: { app: 'shop' } }), {
  save: { version: 'metadata.resourceVersion' },
});
const watching = (query: string) => `${configMaps()}?watch=true&timeoutSeconds=2${query}`;
const changes = [
  post(configMaps(), configMap('b')),
  merge(configMaps('b'), { data: { key: 'new' } }),
  del(configMaps('b')),
];

export const watches: readonly Operation[] = [
  operation('watch: what is there comes first', made, watch(watching(''), 1)),
  operation('watch: what is there at version 0', made, watch(watching('&resourceVersion=0'), 1)),
  operation('watch: changes after a version', made, watch(watching('&resourceVersion={version}'), 3, changes)),
  operation('watch: all that is and comes', made, watch(watching(''), 4, changes)),
  operation(
    'watch: one by its name',
    made,
    watch(watching('&fieldSelector=metadata.name%3Db&resourceVersion={version}'), 3, changes),
  ),
  operation(
    'watch: in and out of a label selector',
    made,
    watch(watching('&labelSelector=app%3Dshop&resourceVersion={version}'), 3, [
      merge(configMaps('a'), { data: { key: 'new' } }),
      merge(configMaps('a'), { metadata: { labels: { app: 'bank' } } }),
      merge(configMaps('a'), { data: { key: 'unseen' } }),
      merge(configMaps('a'), { metadata: { labels: { app: 'shop' } } }),
    ]),
  ),
  operation(
    'watch: pods of a node',
    post(pods(), pod('a'), { save: { version: 'metadata.resourceVersion' } }),
    watch(`${pods()}?watch=1&timeoutSeconds=2&fieldSelector=spec.nodeName%3Dfar&resourceVersion={version}`, 1, [
      post(`${pods('a')}/binding`, { metadata: { name: 'a' }, target: { kind: 'Node', name: 'far' } }),
    ]),
  ),
  operation(
    'watch: the initial events are marked as over',
    made,
    watch(watching('&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'), 2),
  ),
  operation(
    'watch: initial events of none',
    watch(watching('&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan'), 1),
  ),
  operation(
    'watch: initial events without a match',
    made,
    watch(watching('&sendInitialEvents=true&allowWatchBookmarks=true'), 2),
  ),
  operation(
    'watch: initial events without bookmarks',
    made,
    watch(watching('&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'), 1),
  ),
  operation(
    'watch: no initial events',
    made,
    watch(watching('&sendInitialEvents=false&resourceVersionMatch=NotOlderThan'), 3, changes),
  ),
  operation('watch: initial events of a list', made, get(`${configMaps()}?sendInitialEvents=true`)),
  operation(
    'watch: bookmarks do no harm',
    made,
    watch(watching('&allowWatchBookmarks=true&resourceVersion={version}'), 3, changes),
  ),
  operation('watch: a version that is no number', watch(watching('&resourceVersion=new'), 1)),
  operation('watch: a version of the future', made, watch(watching('&resourceVersion=99999999999'), 1)),
  operation('watch: a match that does not fit', watch(watching('&resourceVersion=1&resourceVersionMatch=Exact'), 1)),
  operation('watch: with a limit', made, watch(watching('&limit=1'), 1)),
  operation('watch: with a bad selector', watch(watching('&labelSelector=a%20b'), 1)),
  operation('watch: one object by its path', made, watch(`${configMaps('a')}?watch=true&timeoutSeconds=2`, 1)),
  operation('watch: the old way', made, watch('/api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=2', 1)),
  operation('watch: as tables', made, { ...watch(watching(''), 1), accept: asTable }),
  operation('watch: metadata only', made, { ...watch(watching(''), 1), accept: asMetadata }),
  operation('watch: the server ends it', made, watch(watching('').replace('timeoutSeconds=2', 'timeoutSeconds=1'), 9)),
  operation('watch: timeoutSeconds that is no number', watch(`${configMaps()}?watch=true&timeoutSeconds=soon`, 1)),
  operation('watch: true in other words', made, watch(`${configMaps()}?watch=t&timeoutSeconds=2`, 1)),
  operation('watch: what is no truth', made, watch(`${configMaps()}?watch=maybe&timeoutSeconds=1`, 1)),
];
