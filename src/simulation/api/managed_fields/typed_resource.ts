import type { Resource } from '../resource.ts';
import { apiVersionOf } from '../resources.ts';
import { schemaOf } from '../schema/kubernetes.ts';
import type { ObjectSchema } from '../schema/schema.ts';
import type { CompareOptions } from './compare.ts';
import { type FieldSet, noFields, setOfPath, union } from './field_set.ts';

/** What field management knows of one resource, seen through one of its subresources or none. */
export interface TypedResource {
  schema: ObjectSchema;
  apiVersion: string;
  options: CompareOptions;
  /** Fields that this way of writing can't change: whoever sends them does not own them. */
  reset: FieldSet;
  /** Fields that a server gives to new objects on its own: nobody owns them. */
  allocated: FieldSet;
}

const known = new WeakMap<Resource, Map<string, TypedResource>>();

/** Undefined for kinds whose type we don't know: nobody's fields are tracked there. */
export function typedResource(resource: Resource, subresource: string | undefined): TypedResource | undefined {
  const key = subresource ?? '';
  const typed = known.get(resource)?.get(key);
  if (typed) return typed;
  const schema = resource.schema ?? schemaOf(resource);
  if (!schema) return undefined;
  const made: TypedResource = {
    schema,
    apiVersion: apiVersionOf(resource),
    options: { deduces: resource.schema !== undefined },
    reset: resetFields(resource, key),
    allocated: allocatedFields(resource),
  };
  known.set(resource, (known.get(resource) ?? new Map<string, TypedResource>()).set(key, made));
  return made;
}

const status = setOfPath('status');
const spec = setOfPath('spec');

function resetFields(resource: Resource, subresource: string): FieldSet {
  if (subresource === 'status') return resetByStatus(resource);
  return subresource === 'finalize' || resource.subresources.includes('status') ? status : noFields;
}

function resetByStatus({ group, plural, schema }: Resource): FieldSet {
  if (schema !== undefined || plural === 'volumeattachments') return union(setOfPath('metadata'), spec);
  if (group === 'apps' && plural === 'deployments') return union(setOfPath('metadata', 'labels'), spec);
  if (group !== '' || plural !== 'pods') return spec;
  const fixed = union(setOfPath('metadata', 'deletionTimestamp'), setOfPath('metadata', 'ownerReferences'));
  return union(fixed, spec);
}

function allocatedFields({ group, plural }: Resource): FieldSet {
  return group === '' && plural === 'namespaces' ? setOfPath('spec', 'finalizers') : noFields;
}

/** What every object has and nobody owns. */
export const ownedByNobody: FieldSet = [
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map(field => ['metadata', field]),
]
  .map(path => setOfPath(...path))
  .reduce(union);
