import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Resource } from './resource.ts';
import { expired } from './status_error.ts';

/** One change of one object. Objects in it are shared and must not be changed. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly resource: Resource;
  readonly object: KubeObject;
  /** What the object was before; a watch with a selector needs it to see objects leave. */
  readonly before?: KubeObject;
}

/** The recent past, and those who want to hear what comes next. */
export interface History {
  record(change: Change): void;
  /** Throws 410 when changes after `version` have been forgotten. */
  since(resource: Resource, version: number): Change[];
  subscribe(resource: Resource, listener: (change: Change) => void): () => void;
  /** Changes up to this version are no longer known. */
  forgottenUpTo(): number;
}

export function createHistory(limit: number): History {
  let changes: Change[] = [];
  let forgotten = 0;
  const listeners = new Map<Resource, Set<(change: Change) => void>>();

  function forget(): void {
    const excess = changes.length - limit;
    forgotten = changes[excess - 1]?.version ?? forgotten;
    changes = changes.slice(excess);
  }

  return {
    record(change) {
      changes.push(change);
      if (changes.length > limit * 1.25) forget();
      for (const listener of listeners.get(change.resource) ?? []) listener(change);
    },
    since(resource, version) {
      if (version < forgotten) throw expired(`too old resource version: ${version} (${forgotten})`);
      return changes.slice(firstAfter(changes, version)).filter(change => change.resource === resource);
    },
    subscribe(resource, listener) {
      const own = (change: Change) => listener(change);
      const group = listeners.get(resource) ?? new Set();
      listeners.set(resource, group.add(own));
      return () => group.delete(own);
    },
    forgottenUpTo: () => forgotten,
  };
}

function firstAfter(changes: readonly Change[], version: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.version > version) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What goes is shown as it was last, in the version in which it went. */
function asOf({ object }: Change, before: KubeObject): KubeObject {
  const { resourceVersion } = object.metadata;
  return { ...before, metadata: { ...before.metadata, ...(resourceVersion ? { resourceVersion } : {}) } };
}

/** What a watcher that sees only matching objects is told of a change, if anything. */
export function seenThrough(
  matches: (object: KubeObject) => boolean,
  change: Change,
): { type: Change['type']; object: KubeObject } | undefined {
  const now = change.type !== 'DELETED' && matches(change.object);
  const before = change.before !== undefined && matches(change.before) ? change.before : undefined;
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: change.object };
  return before && { type: 'DELETED', object: asOf(change, before) };
}
