import type { KubeObject, Pod } from '../../kubernetes/objects.ts';

/**
 * The small interface through which controllers, the scheduler, the kubelet and the signals see a cluster: the embedded
 * API in process today, any real API server over HTTP tomorrow. Nothing here knows which.
 *
 * `resource` is the plural name, with the group when it isn't the core: `pods`, `deployments.apps`.
 * Failures are thrown as ApiError with the Status that a real server would have sent.
 */
export interface ApiClient {
  get<T extends KubeObject>(resource: string, name: string, namespace?: string): Promise<T | undefined>;
  list<T extends KubeObject>(resource: string, query?: ListOptions): Promise<{ items: T[]; resourceVersion: string }>;
  create<T extends KubeObject>(resource: string, object: NewObject<T>): Promise<T>;
  /** Replaces; 409 when `metadata.resourceVersion` is set and no longer current. */
  update<T extends KubeObject>(resource: string, object: T, options?: { subresource?: string }): Promise<T>;
  patch<T extends KubeObject>(target: Target, patch: ObjectPatch): Promise<T>;
  delete(target: Target, options?: DeleteOptions): Promise<void>;
  bind(pod: Pod, node: string): Promise<void>;
  /**
   * Calls `onEvent` with ADDED for everything that is there, then with every change, until the returned function is
   * called. With a query, of what matches it: an object that no longer does is DELETED. Events of one watch arrive in order, each in its own microtask, never inside the call that caused them.
   */
  watch<T extends KubeObject>(
    resource: string,
    onEvent: (event: WatchEvent<T>) => void,
    query?: ListOptions,
  ): () => void;
  /** What the server serves, as discovery tells; kinds come and go with custom resource definitions. */
  resources(): Promise<ServedResource[]>;
}

export interface ServedResource {
  /** Plural, with the group when it isn't the core: what the other calls take as `resource`. */
  name: string;
  kind: string;
  apiVersion: string;
  namespaced: boolean;
  verbs: readonly string[];
}

export interface Target {
  resource: string;
  name: string;
  namespace?: string;
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ObjectPatch {
  type: 'merge' | 'strategic' | 'json' | 'apply';
  body: unknown;
  /** Apply takes also fields that others own. */
  force?: boolean;
  subresource?: string;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface WatchEvent<T extends KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: T;
}

/** An object before the server has given it a name (generateName), a uid and a version. */
export type NewObject<T extends KubeObject> = Omit<T, 'metadata'> & { metadata: Partial<T['metadata']> };

/** A Kubernetes `Status` object: what an API server sends when it refuses, or when there is nothing else to send. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    retryAfterSeconds?: number;
  };
  code: number;
}

export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

/** The API's refusal. `code` and `reason` are the ones of the Status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;
  readonly code: number;
  readonly reason: string;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'the API server refused without saying why');
    this.status = status;
    this.code = status.code;
    this.reason = status.reason ?? 'Unknown';
  }
}

/** Whoever plays the nodes answers for the logs of their containers. `at` is milliseconds since the epoch. */
export type LogSource = (
  pod: Pod,
  query: { container: string; previous: boolean },
) => readonly LogLine[] | { error: string };

export interface LogLine {
  at: number;
  line: string;
}

/** Whoever runs the pods knows what they use: averages over `windowMs` up to `at`, milliseconds since the epoch. */
export interface UsageSource {
  pods(): PodUsage[];
  nodes(): NodeUsage[];
}

export interface PodUsage {
  namespace: string;
  pod: string;
  at: number;
  windowMs: number;
  containers: { name: string; cpuCores: number; memoryBytes: number }[];
}

export interface NodeUsage {
  node: string;
  at: number;
  windowMs: number;
  cpuCores: number;
  memoryBytes: number;
}

/** The text exposition of metrics at a path such as `/metrics`; `undefined` where there is none. */
export type MetricsSource = (path: string) => Promise<string | undefined>;
