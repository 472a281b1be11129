import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Resource } from './resource.ts';
import { createHistory, type History } from './watch.ts';

/**
 * The objects, by resource, namespace and name. Every write takes the next number of one growing counter. An object in
 * the store is never changed, only replaced: whoever reads may keep it, and nobody may write to it.
 */
export interface Store {
  readonly history: History;
  version(): number;
  get(resource: Resource, namespace: string, name: string): KubeObject | undefined;
  /** In the order of namespace, then name. */
  list(resource: Resource, namespace?: string): KubeObject[];
  /** Adds or replaces, and says what is now stored. */
  put(resource: Resource, object: KubeObject): KubeObject;
  remove(resource: Resource, object: KubeObject): KubeObject;
}

interface Shelf {
  objects: Map<string, KubeObject>;
  /** The keys, sorted. */
  order: string[];
}

export function createStore(options: { historyLimit: number }): Store {
  const shelves = new Map<Resource, Shelf>();
  const history = createHistory(options.historyLimit);
  let version = 0;

  function shelfOf(resource: Resource): Shelf {
    const known = shelves.get(resource);
    if (known) return known;
    const shelf: Shelf = { objects: new Map(), order: [] };
    shelves.set(resource, shelf);
    return shelf;
  }

  function numbered(object: KubeObject): KubeObject {
    version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
  }

  return {
    history,
    version: () => version,
    get: (resource, namespace, name) => shelfOf(resource).objects.get(keyOf(namespace, name)),
    list(resource, namespace) {
      const shelf = shelfOf(resource);
      const keys = namespace === undefined ? shelf.order : withPrefix(shelf.order, `${namespace}/`);
      return keys.map(key => shelf.objects.get(key)!);
    },
    put(resource, object) {
      const shelf = shelfOf(resource);
      const stored = numbered(object);
      const key = keyOf(stored.metadata.namespace ?? '', stored.metadata.name);
      const before = shelf.objects.get(key);
      if (!before) shelf.order.splice(lowerBound(shelf.order, key), 0, key);
      shelf.objects.set(key, stored);
      const type = before ? 'MODIFIED' : 'ADDED';
      history.record({ type, version, resource, object: stored, ...(before ? { before } : {}) });
      return stored;
    },
    remove(resource, object) {
      const shelf = shelfOf(resource);
      const gone = numbered(object);
      const key = keyOf(gone.metadata.namespace ?? '', gone.metadata.name);
      const before = shelf.objects.get(key) ?? gone;
      if (shelf.objects.delete(key)) shelf.order.splice(lowerBound(shelf.order, key), 1);
      history.record({ type: 'DELETED', version, resource, object: gone, before });
      return gone;
    },
  };
}

export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function withPrefix(sorted: readonly string[], prefix: string): string[] {
  return sorted.slice(lowerBound(sorted, prefix), lowerBound(sorted, `${prefix}\uffff`));
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
