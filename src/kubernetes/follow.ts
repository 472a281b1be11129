import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { ClusterError, type ClusterWatcher, type Kind } from './cluster.ts';
import type { KubeObject } from './objects.ts';

/** What is kept in step with the API server. */
export interface Follower<T extends KubeObject> {
  /** Everything that is there comes now, by `put`. */
  begin(): void;
  /** It has all come: what didn't is gone. */
  complete(): void;
  put(object: T): void;
  remove(object: T): void;
}

export interface FollowDeps {
  watcher: ClusterWatcher;
  clock: Pick<Clock, 'sleep'>;
  log: Log;
  signal: AbortSignal;
  /** Told what keeps us from following, and `undefined` once nothing does. */
  onTrouble?: (problem: string | undefined) => void;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Reads all objects of a kind, then every change, until the signal: through broken connections and restarts. */
export async function follow<T extends KubeObject>(
  kind: Kind,
  follower: Follower<T>,
  { watcher, clock, log, signal, onTrouble = () => {} }: FollowDeps,
): Promise<void> {
  let version: string | undefined;
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    try {
      version ??= await readAll(kind, follower, watcher, signal);
      for await (const { type, object } of watcher.watch<T>(kind, version, signal)) {
        if (type === 'DELETED') follower.remove(object);
        else if (type !== 'BOOKMARK') follower.put(object);
        version = object.metadata.resourceVersion ?? version;
        pauseMs = firstPauseMs;
        onTrouble(undefined);
      }
      onTrouble(undefined);
      // A server that ends every watch at once must not be asked in a circle.
      await quietly(clock.sleep(firstPauseMs, signal));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ClusterError && error.status === 410) version = undefined;
      else onTrouble(messageOf(error));
      log.debug({ kind: kind.kind, problem: messageOf(error), pauseMs }, 'following a kind goes on after a pause');
      await quietly(clock.sleep(pauseMs, signal));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

async function readAll<T extends KubeObject>(
  kind: Kind,
  follower: Follower<T>,
  watcher: ClusterWatcher,
  signal: AbortSignal,
): Promise<string> {
  let version = '';
  follower.begin();
  for await (const { items, metadata } of watcher.pages<T>(kind, signal)) {
    for (const item of items) follower.put(item);
    version = metadata.resourceVersion;
  }
  follower.complete();
  return version;
}

/** Being called off is how it is meant to end. */
async function quietly(sleep: Promise<void>): Promise<void> {
  await sleep.catch(() => undefined);
}
