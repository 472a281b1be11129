import type { KubeObject } from '../../../kubernetes/objects.ts';
import { isRecord } from '../../../lib/json.ts';
import { admit, prepare, requestFor } from '../admission/admission.ts';
import type { ObjectPatch } from '../client.ts';
import { clone, equal, type JsonRecord } from '../json.ts';
import { applyPatch, type MergingPatch } from '../patch/apply.ts';
import type { Resource, Subresource } from '../resource.ts';
import { badRequest, conflict, invalid, methodNotAllowed, noSuchPart } from '../status_error.ts';
import { statusProblems } from '../validation/status.ts';
import { configured } from './apply.ts';
import { create } from './create.ts';
import { keepLeaving, keepUid, keepUndeleted, requireName } from './metadata_rules.ts';
import { podPartChange, requireResizable } from './pod_parts.ts';
import { changeScale } from './scale_change.ts';
import { track, unmanaged } from './tracked.ts';
import { isCreatedByUpdate, requireVersion } from './update_rules.ts';
import {
  type Backend,
  checkPreconditions,
  commit,
  defaulted,
  existing,
  type ObjectPlace,
  received,
  validated,
  type WriteOptions,
} from './write.ts';

export interface ChangeOptions extends WriteOptions {
  subresource?: string | undefined;
}

export interface Changed {
  object: KubeObject;
  created: boolean;
}

export type Part = 'main' | Extract<Subresource, 'status' | 'finalize' | 'ephemeralcontainers' | 'resize'>;

type Changing = KubeObject & { spec?: unknown; status?: unknown };

/** Replaces an object, or the part of it that a subresource stands for; a few kinds are also created this way. */
export function update(backend: Backend, place: ObjectPlace, body: unknown, options: ChangeOptions = {}): Changed {
  const part = partFor(place, 'update', options.subresource);
  if (part === 'scale') return changed(changeScale(backend, place, { put: body }, options));
  if (part === 'main' && isCreatedByUpdate(place.resource) && !stored(backend, place)) {
    const object = received(place.resource, body, options);
    checkIdentity(object, place);
    return { object: create(backend, place, object, { ...options, strictness: undefined }), created: true };
  }
  const current = existing(backend, place);
  const next = received(place.resource, body, options);
  requireName(place, next);
  requireVersion(place, next);
  return changed(replace(backend, place, { current, part, next }, options));
}

export function patch(backend: Backend, place: ObjectPlace, given: ObjectPatch, options: ChangeOptions = {}): Changed {
  const part = partFor(place, 'patch', options.subresource);
  if (part === 'scale') return changed(changeScale(backend, place, { patch: given }, options));
  if (!isMerging(given))
    return apply(
      backend,
      place,
      { part, body: given.body },
      { ...options, force: given.force ?? options.force ?? false },
    );
  const current = existing(backend, place);
  const shown = namesManagedFields(given.body) ? current : unmanaged(current);
  const { value, refuse } = applyPatch(shown, given, place.resource);
  const next = received(place.resource, value, { ...options, refuse });
  return changed(replace(backend, place, { current, part, next }, { ...options, isPatch: true }));
}

function apply(
  backend: Backend,
  place: ObjectPlace,
  { part, body }: { part: Part; body: unknown },
  options: ChangeOptions,
): Changed {
  const live = part === 'main' ? stored(backend, place) : existing(backend, place);
  const subresource = part === 'main' ? undefined : part;
  const { object, entries } = configured(backend, place, { live, body, subresource }, options);
  if (!live) requireNew(place, object);
  if (!live) return { object: create(backend, place, object, { ...options, entries }), created: true };
  const next = received(place.resource, object, options);
  return changed(replace(backend, place, { current: live, part, next }, { ...options, entries, isPatch: true }));
}

function isMerging(given: ObjectPatch): given is MergingPatch {
  return given.type !== 'apply';
}

function changed(object: KubeObject): Changed {
  return { object, created: false };
}

function stored({ store }: Backend, { resource, namespace, name }: ObjectPlace): KubeObject | undefined {
  return store.get(resource, namespace, name);
}

/** Most patches leave alone who owns what; then it need not be copied. */
function namesManagedFields(patch: unknown): boolean {
  if (Array.isArray(patch))
    return patch.some(step => !isRecord(step) || touchesMetadata(step['path']) || touchesMetadata(step['from']));
  return isRecord(patch) && isRecord(patch['metadata']) && patch['metadata']['managedFields'] !== undefined;
}

function touchesMetadata(path: unknown): boolean {
  return (
    typeof path === 'string' && (path === '' || path === '/metadata' || path.startsWith('/metadata/managedFields'))
  );
}

function partFor(
  { resource, name }: ObjectPlace,
  verb: 'update' | 'patch',
  subresource: string | undefined,
): Part | 'scale' {
  if (!subresource) {
    if (!resource.verbs.includes(verb)) throw methodNotAllowed();
    return 'main';
  }
  const part = parts.find(known => known === subresource);
  if (!part || !resource.subresources.includes(part)) throw noSuchPart(resource, name);
  if (part === 'finalize' && verb === 'patch') throw methodNotAllowed();
  return part;
}

const parts = ['status', 'scale', 'finalize', 'ephemeralcontainers', 'resize'] as const;

function requireNew(place: ObjectPlace, object: JsonRecord): void {
  const { resource, name } = place;
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  if (metadata['uid']) {
    const why = `uid mismatch: the provided object specified uid ${metadata['uid']}, and no existing object was found`;
    throw conflict(resource, name, why);
  }
  const meant = { metadata } as unknown as KubeObject;
  requireName(place, meant);
  checkIdentity(meant, place);
}

export interface ReplaceOptions extends WriteOptions {
  isPatch?: boolean;
}

/** `next` is our own, of the right kind and shape. */
export function replace(
  backend: Backend,
  place: ObjectPlace,
  { current, part, next }: { current: KubeObject; part: Part; next: KubeObject },
  options: ReplaceOptions,
): KubeObject {
  const { resource } = place;
  checkIdentity(next, place);
  if (options.isPatch) keepUid(resource, current, next);
  checkPreconditions(resource, current, next.metadata);
  if (part !== 'status') keepUndeleted(resource, current, next);
  keepLeaving(resource, current, next);
  const merged = part === 'main' ? mainChange(resource, current, next) : partChange(resource, part, current, next);
  const subresource = part === 'main' ? undefined : part;
  const { user, dryRun = false } = options;
  const asked = { operation: 'UPDATE', resource, object: merged, before: current, subresource, user, dryRun } as const;
  const request = requestFor({ ...asked, shownName: place.name, warn: options.strictness?.warn });
  const holders = part === 'finalize' ? clone((merged as Changing).spec) : undefined;
  defaulted(backend, resource, merged, current);
  // Who takes the last finalizer away doesn't get it back.
  if (part === 'finalize') Object.assign(merged, { spec: holders });
  track(backend, resource, { before: current, after: merged, subresource }, options);
  if (prepare(backend, request)) defaulted(backend, resource, merged, current);
  if (part === 'resize') requireResizable(resource, current, merged);
  if (part === 'status') requireTrueStatus(resource, current, merged);
  validated(resource, merged, current, subresource);
  const counts = part !== 'status' && part !== 'finalize';
  if (resource.countsGenerations && counts && changesGeneration(resource, current, merged)) {
    merged.metadata.generation = (current.metadata.generation ?? 0) + 1;
  }
  admit(backend, request);
  return commit(backend, resource, merged, options);
}

function requireTrueStatus(resource: Resource, current: KubeObject, merged: KubeObject): void {
  const causes = statusProblems(resource, merged, current);
  if (causes.length > 0) throw invalid(resource, current.metadata.name, causes);
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
  const merged = withFixedMetadata(current, next);
  if (resource.subresources.includes('status')) keep(merged, current, 'status');
  if (resource.subresources.includes('finalize')) keep(merged, current, 'spec');
  return merged;
}

/** The part that the subresource stands for, and most of the metadata. */
function partChange(resource: Resource, part: Exclude<Part, 'main'>, current: Changing, next: Changing): Changing {
  if (part === 'ephemeralcontainers' || part === 'resize') return podPartChange(part, current, next);
  const merged = withFixedMetadata(current, next);
  if (part === 'finalize') {
    keep(merged, current, 'status');
    return merged;
  }
  const { metadata } = current;
  if (resource.schema) return { ...clone(unmanaged(current)), status: next.status };
  keep(merged, current, 'spec');
  if (resource.plural === 'volumeattachments') merged.metadata = clone(metadata);
  if (resource.group === 'apps' && resource.plural === 'deployments') keepMetadata(merged, current, 'labels');
  if (resource.group === '' && resource.plural === 'pods') keepMetadata(merged, current, 'ownerReferences');
  return merged;
}

function keep(target: Changing, from: Changing, field: 'spec' | 'status'): void {
  if (from[field] === undefined) delete target[field];
  else target[field] = clone(from[field]);
}

function keepMetadata({ metadata }: KubeObject, from: KubeObject, field: 'labels' | 'ownerReferences'): void {
  if (from.metadata[field] === undefined) delete metadata[field];
  else Object.assign(metadata, { [field]: clone(from.metadata[field]) });
}

const fixed = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
] as const;

function withFixedMetadata(current: Changing, next: Changing): Changing {
  const metadata = { ...next.metadata };
  for (const key of fixed) {
    if (current.metadata[key] === undefined) delete metadata[key];
    else Object.assign(metadata, { [key]: current.metadata[key] });
  }
  return { ...next, metadata };
}

/** A deployment's annotations count, since its ReplicaSets carry them; the labels of a slice say whose it is. */
function changesGeneration(resource: Resource, current: KubeObject, merged: KubeObject): boolean {
  if (resource.group === 'scheduling.k8s.io') return false;
  if (!equal(contentOf(merged, resource), contentOf(current, resource))) return true;
  if (resource.plural === 'endpointslices') return !equal(merged.metadata.labels ?? {}, current.metadata.labels ?? {});
  if (resource.group !== 'apps' || resource.plural !== 'deployments') return false;
  return !equal(merged.metadata.annotations ?? {}, current.metadata.annotations ?? {});
}

function contentOf(object: KubeObject, { subresources }: Resource): unknown {
  const content = { ...object, metadata: undefined };
  return subresources.includes('status') ? { ...content, status: undefined } : content;
}
