import type { KubeList, KubeObject } from './objects.ts';

/** Names one kind of object. */
export interface Kind {
  apiVersion: string;
  kind: string;
  /** Where it is found, for kinds that are not in kinds.ts. */
  place?: Place;
}

export interface Place {
  plural: string;
  namespaced: boolean;
}

/** Names one object. */
export interface ObjectRef extends Kind {
  namespace?: string;
  name: string;
}

export interface ListQuery {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** At most so many; the list says in its metadata when there are more. */
  limit?: number;
  /** What the API server's cache has is fresh enough: it is some moments old at most, and costs no read of its store. */
  fromCache?: boolean;
}

export interface LogQuery {
  container?: string;
  previous?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  limitBytes?: number;
}

export interface Patch {
  type: 'merge' | 'strategic' | 'json';
  body: unknown;
}

/** The port to a cluster, in three strengths: a stage is given the weakest that does its work. */
export interface ClusterReader {
  /** `undefined` when there is no such object; throws ClusterError on anything else. */
  get<T extends KubeObject>(ref: ObjectRef, signal?: AbortSignal): Promise<T | undefined>;
  list<T extends KubeObject>(kind: Kind, query?: ListQuery, signal?: AbortSignal): Promise<KubeList<T>>;
  logs(pod: { namespace: string; name: string }, query?: LogQuery, signal?: AbortSignal): Promise<string>;
}

/** One change, or a bookmark: nothing changed, and this is how far we have come. */
export interface Change<T extends KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

/** Follows what is too large to be read again and again. Only a few things need it, so it is apart from the reader. */
export interface ClusterWatcher {
  /** All objects of a kind, page after page, so that nobody has to hold them all. */
  pages<T extends KubeObject>(kind: Kind, signal: AbortSignal): AsyncIterable<KubeList<T>>;
  /**
   * Changes after a version, until the server ends the watch, as it does every few minutes. Throws ClusterError; one
   * with status 410 says that the version is too old, and all must be read again.
   */
  watch<T extends KubeObject>(kind: Kind, version: string, signal: AbortSignal): AsyncIterable<Change<T>>;
}

/** Asks the server what a patch would give, and changes nothing. */
export interface DryRunner {
  dryRun<T extends KubeObject>(ref: ObjectRef, patch: Patch): Promise<T>;
}

export interface ClusterWriter {
  patch<T extends KubeObject>(ref: ObjectRef, patch: Patch): Promise<T>;
  create<T extends KubeObject>(object: T): Promise<T>;
}

export interface Cluster extends ClusterReader, DryRunner, ClusterWriter {
  close(): Promise<void>;
}

/** The API server's refusal, or our failure to reach it (`status` 0). */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.status = status;
    this.reason = reason;
  }
}
