import type { KubeObject } from '../../kubernetes/objects.ts';
import { type ApiClient, ApiError, type WatchEvent } from '../api/client.ts';

/** A node's way to the API, which can be cut: then calls fail, and what a watch would have told comes later. */
export interface Link {
  client: ApiClient;
  isUp(): boolean;
  setUp(up: boolean): void;
}

export function createLink(direct: ApiClient): Link {
  let up = true;
  const held: (() => void)[] = [];

  async function through<T>(call: () => Promise<T>): Promise<T> {
    if (!up) throw unreachable('the node is cut off');
    try {
      return await call();
    } catch (error) {
      throw isBrokenConnection(error) ? unreachable(error.message) : error;
    }
  }

  function later<T extends KubeObject>(onEvent: (event: WatchEvent<T>) => void): (event: WatchEvent<T>) => void {
    return event => {
      if (up) onEvent(event);
      else held.push(() => onEvent(event));
    };
  }

  return {
    isUp: () => up,
    setUp(next) {
      up = next;
      if (up) for (const tell of held.splice(0)) tell();
    },
    client: {
      get: (...query) => through(() => direct.get(...query)),
      list: (...query) => through(() => direct.list(...query)),
      create: (...query) => through(() => direct.create(...query)),
      update: (...query) => through(() => direct.update(...query)),
      patch: (...query) => through(() => direct.patch(...query)),
      delete: (...query) => through(() => direct.delete(...query)),
      bind: (...query) => through(() => direct.bind(...query)),
      resources: () => through(() => direct.resources()),
      watch: (resource, onEvent, query) => direct.watch(resource, later(onEvent), query),
    },
  };
}

/** Broken I/O has a code of the system; whatever has none is a bug. */
function isBrokenConnection(error: unknown): error is Error & { code: string } {
  return error instanceof Error && !(error instanceof ApiError) && 'code' in error && typeof error.code === 'string';
}

function unreachable(why: string): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'ServiceUnavailable',
    message: `expected an answer of the API server, got none: ${why}`,
    code: 503,
  });
}
