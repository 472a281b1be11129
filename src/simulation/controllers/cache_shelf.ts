import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Change } from './cache.ts';
import { controllerOf } from './ownership.ts';

/** Objects by name, by uid, by namespace and by the uid of their controller. */
export interface Shelf<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  byUid(uid: string): T | undefined;
  all(): T[];
  within(namespace: string): T[];
  controlledBy(uid: string | undefined): T[];
  /** Those in the namespace that have no controller. */
  uncontrolled(namespace: string): T[];
  /** It is here, or was and is gone for good. */
  knows(uid: string): boolean;
  /** Returns what changed: nothing when this version, or a later one, was here before. */
  put(object: T): Change<T> | undefined;
  remove(object: T): Change<T> | undefined;
  /** It is to be deleted, though nobody has said so yet. */
  leave(uid: string): Change<T> | undefined;
}

/** How many of those that are gone are remembered, so that late news of them is known to be late. */
const remembered = 10_000;

export function createShelf<T extends KubeObject>(): Shelf<T> {
  const byName = new Map<string, T>();
  const byUid = new Map<string, T>();
  const byNamespace = createIndex<T>();
  const byController = createIndex<T>();
  const gone = new Set<string>();
  const leaving = new Set<string>();

  function store(object: T): void {
    const { namespace = '', name } = object.metadata;
    byName.set(`${namespace}/${name}`, object);
    byUid.set(uidOf(object), object);
    byNamespace.add(namespace, object);
    byController.add(controllerKey(object), object);
  }

  function drop(object: T): void {
    const { namespace = '', name } = object.metadata;
    const key = `${namespace}/${name}`;
    if (byName.get(key) === object) byName.delete(key);
    byUid.delete(uidOf(object));
    byNamespace.remove(namespace, object);
    byController.remove(controllerKey(object), object);
  }

  function forget(uid: string): void {
    leaving.delete(uid);
    gone.add(uid);
    if (gone.size > remembered) gone.delete(gone.values().next().value!);
  }

  function replace(next: T): Change<T> {
    const before = byUid.get(uidOf(next));
    if (before && controllerKey(before) !== controllerKey(next)) byController.remove(controllerKey(before), before);
    store(next);
    return before ? { type: 'MODIFIED', object: next, before } : { type: 'ADDED', object: next };
  }

  return {
    get: (namespace, name) => byName.get(`${namespace}/${name}`),
    byUid: uid => byUid.get(uid),
    all: () => [...byUid.values()],
    within: namespace => byNamespace.of(namespace),
    controlledBy: uid => (uid === undefined ? [] : byController.of(uid)),
    uncontrolled: namespace => byController.of(`/${namespace}`),
    knows: uid => byUid.has(uid) || gone.has(uid),
    put(object) {
      const uid = uidOf(object);
      const before = byUid.get(uid);
      if (gone.has(uid) || (before && versionOf(before) >= versionOf(object))) return undefined;
      return replace(leaving.has(uid) ? asLeaving(object) : object);
    },
    remove(object) {
      const before = byUid.get(uidOf(object));
      forget(uidOf(object));
      if (!before) return undefined;
      drop(before);
      return { type: 'DELETED', object, before };
    },
    leave(uid) {
      const object = byUid.get(uid);
      if (!object || object.metadata.deletionTimestamp !== undefined) return undefined;
      leaving.add(uid);
      return replace(asLeaving(object));
    },
  };
}

interface Index<T extends KubeObject> {
  add(key: string, object: T): void;
  remove(key: string, object: T): void;
  of(key: string): T[];
}

function createIndex<T extends KubeObject>(): Index<T> {
  const groups = new Map<string, Map<string, T>>();
  return {
    add(key, object) {
      const group = groups.get(key) ?? new Map<string, T>();
      groups.set(key, group.set(uidOf(object), object));
    },
    remove(key, object) {
      const group = groups.get(key);
      group?.delete(uidOf(object));
      if (group?.size === 0) groups.delete(key);
    },
    of: key => [...(groups.get(key)?.values() ?? [])],
  };
}

function controllerKey(object: KubeObject): string {
  return controllerOf(object)?.uid ?? `/${object.metadata.namespace ?? ''}`;
}

function asLeaving<T extends KubeObject>(object: T): T {
  const { creationTimestamp = '', deletionTimestamp = creationTimestamp } = object.metadata;
  return { ...object, metadata: { ...object.metadata, deletionTimestamp } };
}

function uidOf({ metadata }: KubeObject): string {
  return metadata.uid ?? '';
}

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}
