import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { ApiError } from '../client.ts';
import type { JsonRecord } from '../json.ts';
import { type Applied, applyConfiguration, conflictReport, withLastApplied } from '../managed_fields/apply.ts';
import { type Entry, entriesFrom } from '../managed_fields/entries.ts';
import { typedResource } from '../managed_fields/typed_resource.ts';
import type { Resource } from '../resource.ts';
import { apiVersionOf } from '../resources.ts';
import { badRequest, failure } from '../status_error.ts';
import { writingNow } from './tracked.ts';
import type { Backend, ObjectPlace, WriteOptions } from './write.ts';

/** The object that a configuration asks for, and who owns what of it; refuses what a real server would. */
export function configured(
  backend: Backend,
  place: ObjectPlace,
  { live, body, subresource }: { live: KubeObject | undefined; body: unknown; subresource: string | undefined },
  options: WriteOptions,
): { object: JsonRecord; entries: readonly Entry[] } {
  const { resource } = place;
  const typed = typedResource(resource, subresource);
  if (!typed) throw badRequest(`server-side apply needs to know the type of ${resource.kind}, and it has none`);
  const config = configurationIn(place, body);
  const entries = entriesFrom(live?.metadata.managedFields) ?? [];
  const application = { ...writingNow(backend, options, subresource), force: options.force === true };
  const applied = applyConfiguration(typed, { live, config }, entries, application);
  const { object, entries: owners } = accepted(applied, resource, body);
  return { object: application.manager === 'kubectl' ? withLastApplied(object, config) : object, entries: owners };
}

function configurationIn({ resource }: ObjectPlace, body: unknown): JsonRecord {
  if (!isRecord(body)) throw badRequest('error decoding YAML: expected an object');
  const { apiVersion, kind } = body;
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
    throw badRequest(`invalid object type: ${groupVersionText(apiVersion)}, Kind=${kind ?? ''}`);
  }
  const metadata = isRecord(body['metadata']) ? body['metadata'] : {};
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  return { ...body, metadata };
}

/** Go writes the group also where it is the nameless one. */
function groupVersionText(apiVersion: unknown): string {
  const text = typeof apiVersion === 'string' ? apiVersion : '';
  return text.includes('/') ? text : `/${text}`;
}

function accepted(applied: Applied, resource: Resource, body: unknown) {
  if (applied.kind === 'applied') return applied;
  if (applied.kind === 'conflicts') {
    const { message, causes } = conflictReport(applied.conflicts);
    throw failure(409, 'Conflict', message, { causes });
  }
  const { namespace = '', name = '' } = isRecord(body) && isRecord(body['metadata']) ? body['metadata'] : {};
  const what = `(${namespace}/${name}; ${groupVersionText(apiVersionOf(resource))}, Kind=${resource.kind})`;
  const message = `failed to create typed patch object ${what}: ${applied.problem}`;
  throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });
}
