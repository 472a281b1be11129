import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { Resource } from '../resource.ts';
import { apiVersionOf } from '../resources.ts';
import { badRequest, failure } from '../status_error.ts';
import { type Included, partialMetadata, tableOf } from '../table/table.ts';

/** In which form a client wants objects. */
export type Form = { kind: 'json' } | { kind: 'table'; include: Included } | { kind: 'metadata' };

export function formOf(accept: string | undefined, params: URLSearchParams): Form {
  for (const item of (accept || '*/*').split(',')) {
    const [type = '', ...parameters] = item.split(';').map(part => part.trim());
    if (!served.has(type)) continue;
    const as = parameters.find(parameter => parameter.startsWith('as='))?.slice(3);
    if (as === 'Table') return { kind: 'table', include: includedIn(params) };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { kind: 'metadata' };
    if (as === undefined) return { kind: 'json' };
  }
  const known = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw failure(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${known}`, {});
}

/** What is served in any form; protobuf only where somebody insists on it (openapi.ts). */
const served = new Set(['*/*', 'application/*', 'application/json', 'application/yaml']);

/** Whether a client would rather read YAML. */
export function prefersYaml(accept: string | undefined): boolean {
  const types = (accept || '*/*').split(',').map(item => item.split(';')[0]?.trim() ?? '');
  return types.find(type => served.has(type)) === 'application/yaml';
}

function includedIn(params: URLSearchParams): Included {
  const include = params.get('includeObject') || 'Metadata';
  if (include === 'None' || include === 'Metadata' || include === 'Object') return include;
  throw badRequest(`expected includeObject to be None, Metadata or Object, got "${include}"`);
}

export function oneIn(form: Form, resource: Resource, object: KubeObject, now: number): object {
  if (form.kind === 'metadata') return partialMetadata(object);
  if (form.kind === 'json') return object;
  const { resourceVersion } = object.metadata;
  return tableOf(resource, [object], { resourceVersion }, { now, include: form.include });
}

/** What the list says of all its items is not said again of each, but for custom resources. */
function untyped({ kind: _kind, apiVersion: _version, ...object }: KubeObject): object {
  return object;
}

export function manyIn(
  form: Form,
  resource: Resource,
  listed: { items: readonly KubeObject[]; metadata: object },
  now: number,
): object {
  const { items, metadata } = listed;
  if (form.kind === 'table') return tableOf(resource, items, metadata, { now, include: form.include });
  if (form.kind === 'json')
    return {
      kind: resource.listKind ?? `${resource.kind}List`,
      apiVersion: apiVersionOf(resource),
      metadata: resource.schema ? { continue: '', ...metadata } : metadata,
      items: resource.schema ? items : items.map(untyped),
    };
  const kind = 'PartialObjectMetadataList';
  return { kind, apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partialMetadata) };
}
