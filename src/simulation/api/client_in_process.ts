import type { KubeObject } from '../../kubernetes/objects.ts';
import type { ApiClient, ListOptions, NewObject, ObjectPatch, Target, WatchEvent } from './client.ts';
import { clone } from './json.ts';
import type { Resource } from './resource.ts';
import { findResource } from './resources.ts';
import { noSuchResource } from './status_error.ts';
import { bind } from './verbs/bind.ts';
import { create } from './verbs/create.ts';
import { remove } from './verbs/delete.ts';
import { list } from './verbs/read.ts';
import { patch, update } from './verbs/update.ts';
import type { Backend, ObjectPlace } from './verbs/write.ts';

/** The client of those who live in this process. Whatever crosses this line is copied: nobody shares objects. */
export function createInProcessClient(backend: Backend): ApiClient {
  return {
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
      return copyOf<T>(create(backend, place, object));
    },
    async update<T extends KubeObject>(name: string, object: T, options: { subresource?: string } = {}) {
      return copyOf<T>(update(backend, placeOf({ resource: name, ...object.metadata }), object, options));
    },
    async patch<T extends KubeObject>(target: Target, change: ObjectPatch) {
      return copyOf<T>(patch(backend, placeOf(target), change, { subresource: change.subresource }));
    },
    async delete(target, options) {
      remove(backend, placeOf(target), options);
    },
    async bind({ metadata }, node) {
      bind(backend, placeOf({ resource: 'pods', ...metadata }), { target: { kind: 'Node', name: node } });
    },
    watch: (name, onEvent) => watchInMicrotasks(backend, resourceNamed(name), onEvent),
  };
}

function watchInMicrotasks<T extends KubeObject>(
  { store }: Backend,
  resource: Resource,
  onEvent: (event: WatchEvent<T>) => void,
): () => void {
  let stopped = false;
  const deliver = (type: WatchEvent<T>['type'], object: KubeObject) =>
    queueMicrotask(() => {
      if (!stopped) onEvent({ type, object: copyOf<T>(object) });
    });
  for (const object of store.list(resource)) deliver('ADDED', object);
  const unsubscribe = store.history.subscribe(resource, ({ type, object }) => deliver(type, object));
  return () => {
    stopped = true;
    unsubscribe();
  };
}

/** The caller says which kind lies at this resource; the server has checked the shape. */
function copyOf<T extends KubeObject>(object: object): T {
  return clone(object) as T;
}

function resourceNamed(name: string): Resource {
  const resource = findResource(name);
  if (!resource) throw noSuchResource();
  return resource;
}

function placeOf({ resource, name, namespace = '' }: Target): ObjectPlace {
  return { resource: resourceNamed(resource), name, namespace };
}
