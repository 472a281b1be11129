import type { KubeObject } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  type ApiClient,
  ApiError,
  type ListOptions,
  type NewObject,
  type ObjectPatch,
  type Target,
  type WatchEvent,
} from './client.ts';
import { type ConnectionOptions, connect } from './http_connection.ts';
import { createDiscovery } from './http_discovery.ts';
import { type Change, keepWatching } from './http_watch.ts';

/** The client of a server that is elsewhere: any Kubernetes API server, over HTTP. */
export interface HttpClient extends ApiClient {
  /** Ends what is under way. Stop the watches first. */
  close(): Promise<void>;
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const satisfies Record<ObjectPatch['type'], string>;

interface ObjectList<T> {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion?: string };
  items: T[];
}

export function createHttpClient(options: ConnectionOptions & { clock: Clock }): HttpClient {
  const { clock, manager = 'alertwright' } = options;
  const connection = connect(options);
  const discovery = createDiscovery(connection);

  /** Where a resource lies, or one of its objects, or a subresource of that. */
  async function pathOf(resource: string, namespace = '', ...rest: (string | undefined)[]): Promise<string> {
    const { apiVersion, namespaced } = await discovery.find(resource);
    const root = apiVersion.includes('/') ? '/apis' : '/api';
    const place = namespaced && namespace !== '' ? ['namespaces', namespace] : [];
    const parts = [apiVersion, ...place, resource.split('.')[0], ...rest].filter(part => part !== undefined);
    return [root, ...parts.map(part => encodeURIComponent(part).replace('%2F', '/'))].join('/');
  }

  const at = ({ resource, namespace, name }: Target, subresource?: string) =>
    pathOf(resource, namespace, name, subresource);

  /** What lies in a list doesn't say what it is. */
  async function list<T extends KubeObject>(resource: string, query: ListOptions = {}) {
    const path = await pathOf(resource, query.namespace);
    const answer = await connection.ask<ObjectList<T>>('GET', `${path}?${selectorsOf(query)}`);
    const type = { apiVersion: answer.apiVersion, kind: answer.kind.replace(/List$/, '') };
    return {
      items: answer.items.map(item => ({ ...type, ...item })),
      resourceVersion: answer.metadata.resourceVersion ?? '',
    };
  }

  async function* changes<T extends KubeObject>(
    { resource, query }: { resource: string; query: ListOptions },
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<Change<T>> {
    const search = selectorsOf(query, { watch: 'true', allowWatchBookmarks: 'true', resourceVersion });
    yield* connection.stream<Change<T>>(`${await pathOf(resource, query.namespace)}?${search}`, signal);
  }

  return {
    resources: discovery.all,
    list,
    async get<T extends KubeObject>(resource: string, name: string, namespace?: string) {
      const path = await pathOf(resource, namespace, name);
      return connection.ask<T>('GET', path).catch(orNothing);
    },
    async create<T extends KubeObject>(resource: string, object: NewObject<T>) {
      return connection.ask<T>('POST', await pathOf(resource, object.metadata.namespace), object);
    },
    async update<T extends KubeObject>(resource: string, object: T, { subresource }: { subresource?: string } = {}) {
      return connection.ask<T>('PUT', await at({ resource, ...object.metadata }, subresource), object);
    },
    async patch<T extends KubeObject>(target: Target, { type, body, force, subresource }: ObjectPatch) {
      const search =
        type === 'apply' ? `?${new URLSearchParams({ fieldManager: manager, force: String(force ?? false) })}` : '';
      return connection.ask<T>('PATCH', `${await at(target, subresource)}${search}`, body, patchTypes[type]);
    },
    async delete(target, deleteOptions) {
      await connection.ask('DELETE', await at(target), { kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions });
    },
    async bind({ metadata }, node) {
      const { name, namespace, uid } = metadata;
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { kind: 'Node', name: node },
      };
      await connection.ask('POST', await at({ resource: 'pods', ...metadata }, 'binding'), binding);
    },
    watch<T extends KubeObject>(resource: string, onEvent: (event: WatchEvent<T>) => void, query: ListOptions = {}) {
      const watched = {
        list: () => list<T>(resource, query),
        changes: (version: string, signal: AbortSignal) => changes<T>({ resource, query }, version, signal),
      };
      return keepWatching(watched, onEvent, clock);
    },
    close: connection.close,
  };
}

function selectorsOf(query: ListOptions, more: Record<string, string> = {}): URLSearchParams {
  const { labelSelector, fieldSelector } = query;
  return new URLSearchParams({
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...more,
  });
}

function orNothing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404 && error.status.details?.name !== undefined) return undefined;
  throw error;
}
