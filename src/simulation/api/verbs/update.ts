import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import type { ObjectPatch } from '../client.ts';
import { clone, equal } from '../json.ts';
import { applyPatch } from '../patch/apply.ts';
import type { Resource, Subresource } from '../resource.ts';
import { badRequest, methodNotAllowed, noSuchResource } from '../status_error.ts';
import { scaled, scaleOf } from './scale.ts';
import {
  type Backend,
  checkPreconditions,
  commit,
  completed,
  existing,
  type ObjectPlace,
  received,
  type WriteOptions,
} from './write.ts';

export interface ChangeOptions extends WriteOptions {
  subresource?: string | undefined;
}

type Part = 'main' | Extract<Subresource, 'status' | 'finalize'>;

type Changing = KubeObject & { spec?: unknown; status?: unknown };

/** Replaces an object, or the part of it that a subresource stands for. */
export function update(backend: Backend, place: ObjectPlace, body: unknown, options: ChangeOptions = {}): KubeObject {
  const part = partFor(place.resource, 'update', options.subresource);
  return change(backend, place, { part, of: () => body }, options);
}

export function patch(
  backend: Backend,
  place: ObjectPlace,
  given: ObjectPatch,
  options: ChangeOptions = {},
): KubeObject {
  const part = partFor(place.resource, 'patch', options.subresource);
  return change(backend, place, { part, of: current => applyPatch(current, given) }, options);
}

/** `of` makes what is wanted from what a client would have read. */
function change(
  backend: Backend,
  place: ObjectPlace,
  { part, of }: { part: Part | 'scale'; of: (current: KubeObject) => unknown },
  options: WriteOptions,
): KubeObject {
  const { resource } = place;
  const current = existing(backend, place);
  if (part !== 'scale')
    return replace(backend, place, { current, part, next: received(resource, of(current)) }, options);
  const next = received(resource, scaled(current, of(scaleOf(current))));
  return scaleOf(replace(backend, place, { current, part: 'main', next }, options));
}

function partFor(resource: Resource, verb: 'update' | 'patch', subresource: string | undefined): Part | 'scale' {
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  if (!subresource) return 'main';
  if (subresource !== 'status' && subresource !== 'scale' && subresource !== 'finalize') throw noSuchResource();
  if (!resource.subresources.includes(subresource)) throw noSuchResource();
  return subresource;
}

function replace(
  backend: Backend,
  place: ObjectPlace,
  { current, part, next }: { current: KubeObject; part: Part; next: KubeObject },
  options: WriteOptions,
): KubeObject {
  const { resource } = place;
  checkIdentity(next, place);
  checkPreconditions(resource, current, next.metadata);
  const merged = part === 'main' ? mainChange(resource, current, next) : partChange(part, current, next);
  completed(backend, resource, merged, current);
  if (resource.countsGenerations && part === 'main' && !equal(contentOf(merged), contentOf(current))) {
    merged.metadata.generation = (current.metadata.generation ?? 0) + 1;
  }
  return commit(backend, resource, merged, options);
}

function checkIdentity({ metadata }: KubeObject, { resource, namespace, name }: ObjectPlace): void {
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (resource.namespaced && (metadata.namespace ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Everything but the status, and but what nobody may change. */
function mainChange(resource: Resource, current: Changing, next: Changing): Changing {
  const merged: Changing = { ...next, metadata: { ...next.metadata, ...fixedMetadata(current) } };
  for (const key of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'generation'] as const) {
    if (current.metadata[key] === undefined) delete merged.metadata[key];
  }
  delete merged.metadata.managedFields;
  if (resource.subresources.includes('status')) keep(merged, current, 'status');
  if (resource.subresources.includes('finalize')) keep(merged, current, 'spec');
  return merged;
}

function partChange(part: Exclude<Part, 'main'>, current: Changing, next: Changing): Changing {
  const merged = clone(current);
  keep(merged, next, part === 'status' ? 'status' : 'spec');
  return merged;
}

function keep(target: Changing, from: Changing, field: 'spec' | 'status'): void {
  if (from[field] === undefined) delete target[field];
  else target[field] = clone(from[field]);
}

function fixedMetadata({ metadata }: KubeObject): Partial<KubeObject['metadata']> {
  const { name, namespace, uid, resourceVersion, creationTimestamp, generateName } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = metadata;
  const fixed = {
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    generateName,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
  };
  return Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined));
}

function contentOf(object: KubeObject): unknown {
  return isRecord(object) ? { ...object, metadata: undefined, status: undefined } : object;
}
