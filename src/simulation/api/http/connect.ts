import { ApiError } from '../client.ts';
import type { Resource } from '../resource.ts';
import { badRequest, internal } from '../status_error.ts';
import { type Backend, existing, type ObjectPlace } from '../verbs/write.ts';

const connecting = new Set(['attach', 'exec', 'portforward', 'proxy']);

/** Whether a subresource is a connection to what runs, rather than a part of what is stored. */
export function isConnection(resource: Resource, subresource: string | undefined): boolean {
  return subresource !== undefined && connecting.has(subresource) && resource.subresources.some(s => s === subresource);
}

/**
 * No real program runs behind a pod, a service or a node of this server: there is nobody to connect to, and it says so
 * where a real server says why it couldn't reach them.
 */
export function refuseConnection(
  backend: Backend,
  place: ObjectPlace,
  { subresource, wantsUpgrade }: { subresource: string; wantsUpgrade: boolean },
): never {
  existing(backend, place);
  if (subresource === 'proxy') throw unavailable(place);
  if (!wantsUpgrade) throw badRequest('Upgrade request required');
  throw internal(
    `error dialing backend: the containers of this cluster are described and not run, so there is nothing to ${subresource} to; their logs, states and metrics are served`,
  );
}

function unavailable({ resource, name }: ObjectPlace): ApiError {
  const what =
    resource.plural === 'services'
      ? `no endpoints available for service "${name}"`
      : `error trying to reach ${resource.singular} "${name}": nothing real runs in this cluster`;
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: what,
    reason: 'ServiceUnavailable',
    code: 503,
  });
}
