import { systemClock } from '../lib/clock.ts';
import {
  type Cluster,
  ClusterError,
  type ClusterWatcher,
  type Kind,
  type ListQuery,
  type LogQuery,
  type ObjectRef,
  type Patch,
} from './cluster.ts';
import { type ClusterLocation, loadCredentials } from './credentials.ts';
import { discoverResources, type ServedResource } from './discovery.ts';
import { type ApiHttp, createApiHttp, type HttpLimits } from './http.ts';
import { collectionPath, kinds, objectPath } from './kinds.ts';
import type { KubeList, KubeObject } from './objects.ts';
import { watchObjects } from './watch.ts';

export interface ConnectOptions extends ClusterLocation {
  requestTimeoutMs: number;
  /** Overrides of the bounds below, for tests and unusual clusters. */
  limits?: Partial<HttpLimits>;
  /** How to wait before a read is tried again: real time, because the API server lives in it. */
  pause?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface ConnectedCluster extends Cluster, ClusterWatcher {
  /** Every kind that the server has now. */
  discover(signal: AbortSignal): Promise<ServedResource[]>;
}

const bounds = { maxResponseBytes: 32 * 2 ** 20, connections: 4, readAttempts: 3, longestRetryMs: 5_000 };
const pageSize = 500;
const longestList = 20_000;
const longestLogBytes = 2 ** 20;
const fieldManager = 'alertwright';

const patchTypes: Record<Patch['type'], string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** Opens a cluster: nothing is asked of it yet. Throws AlertwrightError when the configuration can't be used. */
export async function connectCluster(options: ConnectOptions): Promise<ConnectedCluster> {
  const limits = { ...bounds, requestTimeoutMs: options.requestTimeoutMs, ...options.limits };
  const http = createApiHttp(await loadCredentials(options), limits, options.pause ?? systemClock.sleep);

  return {
    get: (ref, signal) => getObject(http, ref, signal),
    list: (kind, query = {}, signal) => listObjects(http, kind, query, signal),
    logs: (pod, query = {}, signal) => readLogs(http, pod, query, signal),
    patch: (ref, patch) => patchObject(http, ref, patch, {}),
    dryRun: (ref, patch) => patchObject(http, ref, patch, { dryRun: 'All' }),
    create: object => createObject(http, object),
    discover: signal => discoverResources(http, signal),
    pages: (kind, signal) => listInPages(http, kind, { signal }),
    watch: (kind, version, signal) => watchObjects(http, kind, version, signal),
    close: () => http.close(),
  };
}

async function getObject<T extends KubeObject>(
  http: ApiHttp,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<T | undefined> {
  try {
    return parse<T>(await http.send({ method: 'GET', path: objectPath(ref), signal }));
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404 && namesObject(error, ref)) return undefined;
    throw error;
  }
}

/** A 404 also says "no such API" or "wrong server": only one that names our object means that it isn't there. */
function namesObject(error: ClusterError, ref: ObjectRef): boolean {
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === ref.name;
}

/**
 * A list of many pages can outlive the version that it began with (410): then it begins again, once. From its cache a
 * server gives a list in one piece, whatever the limit: one that is too large is read in pages after all.
 */
async function listObjects<T extends KubeObject>(
  http: ApiHttp,
  kind: Kind,
  query: ListQuery,
  signal?: AbortSignal,
): Promise<KubeList<T>> {
  try {
    return await listPages<T>(http, kind, query, signal);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.status === 410) return listPages<T>(http, kind, query, signal);
    if (error.reason !== 'ResponseTooLarge' || !query.fromCache) throw error;
    return listPages<T>(http, kind, { ...query, fromCache: false }, signal);
  }
}

/** Reads page by page. What goes beyond the limit is left out; `remainingItemCount` or `continue` then says so. */
async function listPages<T extends KubeObject>(
  http: ApiHttp,
  kind: Kind,
  query: ListQuery,
  signal?: AbortSignal,
): Promise<KubeList<T>> {
  const wanted = query.limit ?? longestList;
  const items: T[] = [];
  for await (const page of listInPages<T>(http, kind, { query: { ...query, limit: wanted }, signal })) {
    items.push(...page.items);
    if (!page.metadata.continue || items.length >= wanted) return { ...page, items };
  }
  throw new Error('expected a last page, got none');
}

async function* listInPages<T extends KubeObject>(
  http: ApiHttp,
  kind: Kind,
  { query = {}, signal }: { query?: ListQuery; signal: AbortSignal | undefined },
): AsyncGenerator<KubeList<T>, void> {
  const path = collectionPath(kind, query.namespace);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let next: string | undefined;
  do {
    const page: KubeList<T> = parse(
      await http.send({
        method: 'GET',
        path,
        query: {
          labelSelector: query.labelSelector,
          fieldSelector: query.fieldSelector,
          limit: Math.min(pageSize, left),
          continue: next,
          // A page after the first goes on in the version of the first.
          resourceVersion: query.fromCache && next === undefined ? '0' : undefined,
        },
        signal,
      }),
    );
    // A server leaves the kind out of the items of a list.
    const items = (page.items ?? []).map(item => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
    left -= items.length;
    next = page.metadata.continue || undefined;
    yield { ...page, items };
  } while (next !== undefined);
}

function readLogs(
  http: ApiHttp,
  pod: { namespace: string; name: string },
  query: LogQuery,
  signal?: AbortSignal,
): Promise<string> {
  const path = `${objectPath({ ...kinds.pod, ...pod })}/log`;
  return http.send({ method: 'GET', path, query: { limitBytes: longestLogBytes, ...query }, signal });
}

async function patchObject<T extends KubeObject>(
  http: ApiHttp,
  ref: ObjectRef,
  patch: Patch,
  query: { dryRun?: string },
): Promise<T> {
  return parse<T>(
    await http.send({
      method: 'PATCH',
      path: objectPath(ref),
      query: { fieldManager, ...query },
      body: { contentType: patchTypes[patch.type], value: patch.body },
    }),
  );
}

async function createObject<T extends KubeObject>(http: ApiHttp, object: T): Promise<T> {
  return parse<T>(
    await http.send({
      method: 'POST',
      path: collectionPath(object, object.metadata.namespace),
      query: { fieldManager },
      body: { contentType: 'application/json', value: object },
    }),
  );
}

function parse<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 80));
    throw new ClusterError(0, 'Malformed', `expected JSON from the API server, got ${start}`, { cause });
  }
}
