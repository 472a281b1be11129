import type { KubeObject } from '../../kubernetes/objects.ts';
import type { ApiClient, ListOptions, NewObject, ObjectPatch, Target, WatchEvent } from './client.ts';
import { cloneWithoutNulls } from './json.ts';
import type { Resource } from './resource.ts';
import { apiVersionOf } from './resources.ts';
import { noSuchResource, qualifiedName } from './status_error.ts';
import { bind } from './verbs/bind.ts';
import { create } from './verbs/create.ts';
import { remove } from './verbs/delete.ts';
import { list, matcherFor } from './verbs/read.ts';
import { unmanaged } from './verbs/tracked.ts';
import { patch, update } from './verbs/update.ts';
import type { Backend, ObjectPlace, Place } from './verbs/write.ts';
import { seenThrough } from './watch.ts';

/** The client of those who live in this process. Whatever crosses this line is copied: nobody shares objects. */
export function createInProcessClient(backend: Backend, manager = ''): ApiClient {
  const resourceNamed = (name: string) => {
    const resource = backend.registry.find(name);
    if (!resource) throw noSuchResource();
    return resource;
  };
  const placeOf = ({ resource, name, namespace = '' }: Target): ObjectPlace => ({
    resource: resourceNamed(resource),
    name,
    namespace,
  });

  return {
    async resources() {
      return preferred(backend).map(resource => ({
        name: qualifiedName(resource),
        kind: resource.kind,
        apiVersion: apiVersionOf(resource),
        namespaced: resource.namespaced,
        verbs: resource.verbs,
      }));
    },
    async get<T extends KubeObject>(name: string, objectName: string, namespace = '') {
      const object = backend.store.get(resourceNamed(name), namespace, objectName);
      return object && copyOf<T>(object);
    },
    async list<T extends KubeObject>(name: string, query: ListOptions = {}) {
      const place = { resource: resourceNamed(name), namespace: query.namespace ?? '' };
      const { items, metadata } = list(backend, place, query);
      return { items: items.map(copyOf<T>), resourceVersion: metadata.resourceVersion };
    },
    async create<T extends KubeObject>(name: string, object: NewObject<T>) {
      const place = { resource: resourceNamed(name), namespace: object.metadata.namespace ?? '' };
      return copyOf<T>(create(backend, place, object, { manager }));
    },
    async update<T extends KubeObject>(name: string, object: T, options: { subresource?: string } = {}) {
      const place = placeOf({ resource: name, ...object.metadata });
      return copyOf<T>(update(backend, place, object, { ...options, manager }).object);
    },
    async patch<T extends KubeObject>(target: Target, change: ObjectPatch) {
      const options = { subresource: change.subresource, manager };
      return copyOf<T>(patch(backend, placeOf(target), change, options).object);
    },
    async delete(target, options) {
      remove(backend, placeOf(target), options);
    },
    async bind({ metadata }, node) {
      bind(backend, placeOf({ resource: 'pods', ...metadata }), {
        metadata: { name: metadata.name },
        target: { kind: 'Node', name: node },
      });
    },
    watch: (name, onEvent, query = {}) => {
      const place = { resource: resourceNamed(name), namespace: query.namespace ?? '' };
      return watchInMicrotasks(backend, place, onEvent, query);
    },
  };
}

/** Each kind once, under the name that it is kept by. */
function preferred({ registry }: Backend): Resource[] {
  const all = registry.all();
  return all.filter(
    resource =>
      registry.find(qualifiedName(resource)) === resource && !all.some(known => known === resource.storedAs?.resource),
  );
}

function watchInMicrotasks<T extends KubeObject>(
  { store }: Backend,
  place: Place,
  onEvent: (event: WatchEvent<T>) => void,
  query: ListOptions,
): () => void {
  const { resource, namespace } = place;
  const selected = matcherFor(place, query);
  const matches = (object: KubeObject) =>
    (namespace === '' || object.metadata.namespace === namespace) && selected(object);
  let stopped = false;
  const deliver = (type: WatchEvent<T>['type'], object: KubeObject) =>
    queueMicrotask(() => {
      if (!stopped) onEvent({ type, object: copyOf<T>(object) });
    });
  for (const object of store.list(resource)) if (matches(object)) deliver('ADDED', object);
  const unsubscribe = store.history.subscribe(resource, change => {
    const seen = seenThrough(matches, change);
    if (seen) deliver(seen.type, seen.object);
  });
  return () => {
    stopped = true;
    unsubscribe();
  };
}

/**
 * The caller says which kind lies at this resource; the server has checked the type. Who owns which field is left out:
 * nobody in this process asks, and it is as much as the object itself.
 */
function copyOf<T extends KubeObject>(object: KubeObject): T {
  return cloneWithoutNulls(unmanaged(object)) as T;
}
