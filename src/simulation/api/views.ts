import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Resource, StoredAs } from './resource.ts';
import type { Store } from './store.ts';
import type { Change } from './watch.ts';

/**
 * A store in which some resources are views of others: what is kept under one name is read and written under several,
 * each in its own version.
 */
export function withViews(store: Store): Store {
  const shown = new WeakMap<KubeObject, WeakMap<Resource, KubeObject>>();

  /** The same object is shown as the same object. */
  function seen(resource: Resource, { fromStored }: StoredAs, object: KubeObject): KubeObject {
    const known = shown.get(object) ?? new WeakMap<Resource, KubeObject>();
    shown.set(object, known);
    const found = known.get(resource) ?? fromStored(object);
    known.set(resource, found);
    return found;
  }

  function changeSeen(resource: Resource, view: StoredAs, change: Change): Change {
    const { before, object } = change;
    return {
      ...change,
      resource,
      object: seen(resource, view, object),
      ...(before ? { before: seen(resource, view, before) } : {}),
    };
  }

  return {
    ...store,
    get(resource, namespace, name) {
      const view = resource.storedAs;
      if (!view) return store.get(resource, namespace, name);
      const object = store.get(view.resource, namespace, name);
      return object && seen(resource, view, object);
    },
    list(resource, namespace) {
      const view = resource.storedAs;
      if (!view) return store.list(resource, namespace);
      return store.list(view.resource, namespace).map(object => seen(resource, view, object));
    },
    put(resource, object) {
      const view = resource.storedAs;
      if (!view) return store.put(resource, object);
      return seen(resource, view, store.put(view.resource, view.toStored(object)));
    },
    remove(resource, object) {
      const view = resource.storedAs;
      if (!view) return store.remove(resource, object);
      return seen(resource, view, store.remove(view.resource, view.toStored(object)));
    },
    history: {
      ...store.history,
      since(resource, version) {
        const view = resource.storedAs;
        if (!view) return store.history.since(resource, version);
        return store.history.since(view.resource, version).map(change => changeSeen(resource, view, change));
      },
      subscribe(resource, listener) {
        const view = resource.storedAs;
        if (!view) return store.history.subscribe(resource, listener);
        return store.history.subscribe(view.resource, change => listener(changeSeen(resource, view, change)));
      },
    },
  };
}
