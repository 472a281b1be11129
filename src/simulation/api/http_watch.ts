import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { ApiError, type Status, type WatchEvent } from './client.ts';

/** A list, and the changes after it, as a server sends them. */
export interface Watched<T extends KubeObject> {
  list(): Promise<{ items: T[]; resourceVersion: string }>;
  changes(resourceVersion: string, signal: AbortSignal): AsyncIterable<Change<T>>;
}

export type Change<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T }
  | { type: 'ERROR'; object: Status };

const pauseMs = 1000;

/**
 * Lists, then watches, and carries on after the last version when the connection ends. When the server has forgotten
 * that version it lists again and tells only what has changed. A server that is away is asked again every second.
 */
export function keepWatching<T extends KubeObject>(
  watched: Watched<T>,
  onEvent: (event: WatchEvent<T>) => void,
  clock: Clock,
): () => void {
  const stopping = new AbortController();
  const known = new Map<string, T>();

  const tell = (type: WatchEvent<T>['type'], object: T) => {
    if (stopping.signal.aborted) return;
    if (type === 'DELETED') known.delete(keyOf(object));
    else known.set(keyOf(object), object);
    onEvent({ type, object });
  };

  async function startOver(): Promise<string> {
    const { items, resourceVersion } = await watched.list();
    const gone = new Map(known);
    for (const object of items) {
      const before = known.get(keyOf(object));
      gone.delete(keyOf(object));
      if (before && before.metadata.uid !== object.metadata.uid) tell('DELETED', before);
      if (before?.metadata.uid !== object.metadata.uid) tell('ADDED', object);
      else if (before?.metadata.resourceVersion !== object.metadata.resourceVersion) tell('MODIFIED', object);
    }
    for (const object of gone.values()) tell('DELETED', object);
    return resourceVersion;
  }

  async function run(): Promise<void> {
    let version: string | undefined;
    while (!stopping.signal.aborted) {
      let silent = true;
      try {
        version ??= await startOver();
        for await (const change of watched.changes(version, stopping.signal)) {
          silent = false;
          if (change.type === 'ERROR') throw new ApiError(change.object);
          version = change.object.metadata.resourceVersion ?? version;
          if (change.type !== 'BOOKMARK') tell(change.type, change.object);
        }
      } catch (error) {
        if (error instanceof ApiError && error.code === 410) version = undefined;
      }
      if (silent) await clock.sleep(pauseMs, stopping.signal).catch(() => {});
    }
  }

  void run();
  return () => stopping.abort();
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
