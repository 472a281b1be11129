import type { KubeObject } from '../../kubernetes/objects.ts';
import type { ApiClient, DeleteOptions, NewObject, ObjectPatch, WatchEvent } from '../api/client.ts';
import { createShelf, type Shelf } from './cache_shelf.ts';

export interface Change<T extends KubeObject> extends WatchEvent<T> {
  before?: T;
}

/**
 * All objects of one resource, in memory, as a watch tells of them. Who writes through it sees what it wrote at once,
 * however late the watch is: so nobody acts twice on the same old picture. What is read here is shared: it must not be
 * changed.
 */
export interface Cache<T extends KubeObject>
  extends Pick<Shelf<T>, 'get' | 'byUid' | 'all' | 'within' | 'controlledBy' | 'uncontrolled'> {
  readonly resource: string;
  /** Resolves when everything that was there at the start is here. */
  readonly synced: Promise<void>;
  /** Tells of what is there, then of every change. */
  follow(listener: (change: Change<T>) => void): () => void;
  create(object: NewObject<T>): Promise<T>;
  update(object: T, options?: { subresource?: string }): Promise<T>;
  patch(object: KubeObject, patch: ObjectPatch): Promise<T>;
  /** Of exactly this object, not of another one that has taken its name. */
  delete(object: KubeObject, options?: DeleteOptions): Promise<void>;
  stop(): void;
}

function createCache<T extends KubeObject>(client: ApiClient, resource: string): Cache<T> {
  const shelf = createShelf<T>();
  const listeners = new Set<(change: Change<T>) => void>();
  const initial = Promise.withResolvers<void>();
  let missing: Set<string> | undefined;
  const stop = client.watch<T>(resource, event => {
    take(event);
    arrived(event.object.metadata.uid ?? '');
  });

  function take(event: WatchEvent<T>): void {
    const change = event.type === 'DELETED' ? shelf.remove(event.object) : shelf.put(event.object);
    if (change) for (const listener of listeners) listener(change);
  }

  function arrived(uid: string): void {
    missing?.delete(uid);
    if (missing?.size === 0) initial.resolve();
  }

  async function sync(): Promise<void> {
    const { items } = await client.list<T>(resource);
    missing = new Set(items.map(({ metadata }) => metadata.uid ?? '').filter(uid => !shelf.knows(uid)));
    if (missing.size === 0) initial.resolve();
  }

  function wrote(object: T): T {
    take({ type: 'MODIFIED', object });
    return object;
  }

  initial.promise.catch(() => undefined);
  sync().catch(initial.reject);
  return {
    ...shelf,
    resource,
    synced: initial.promise,
    follow(listener) {
      for (const object of shelf.all()) listener({ type: 'ADDED', object });
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    create: async object => wrote(await client.create<T>(resource, object)),
    update: async (object, options) => wrote(await client.update<T>(resource, object, options)),
    patch: async (object, patch) => wrote(await client.patch<T>(targetOf(resource, object), patch)),
    async delete(object, options = {}) {
      const { uid } = object.metadata;
      await client.delete(targetOf(resource, object), { ...options, preconditions: uid === undefined ? {} : { uid } });
      const leaving = shelf.leave(uid ?? '');
      if (leaving) for (const listener of listeners) listener(leaving);
    },
    stop,
  };
}

/** One cache for each resource, shared by all who ask. */
export interface Caches {
  of<T extends KubeObject>(resource: string): Cache<T>;
  /** Tells of what is there and of every change, of resources that nobody keeps too. */
  follow(resource: string, listener: (change: WatchEvent<KubeObject>) => void): () => void;
  stop(): void;
}

export function createCaches(client: ApiClient): Caches {
  const caches = new Map<string, Cache<KubeObject>>();

  return {
    of<T extends KubeObject>(resource: string) {
      const cache = caches.get(resource) ?? createCache(client, resource);
      caches.set(resource, cache);
      return cache as Cache<KubeObject> as Cache<T>;
    },
    follow: (resource, listener) => caches.get(resource)?.follow(listener) ?? client.watch(resource, listener),
    stop() {
      for (const cache of caches.values()) cache.stop();
    },
  };
}

function targetOf(resource: string, { metadata: { name, namespace } }: KubeObject) {
  return { resource, name, ...(namespace === undefined ? {} : { namespace }) };
}
