import type { KubeList, KubeObject } from './objects.ts';

/** Names one kind of object. */
export interface Kind {
  apiVersion: string;
  kind: string;
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
