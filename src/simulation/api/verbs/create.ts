import type { KubeObject } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { admit, prepare, requestFor } from '../admission/admission.ts';
import { ApiError } from '../client.ts';
import type { Resource } from '../resource.ts';
import { alreadyExists, badRequest, forbidden, methodNotAllowed, notFound, unexplained } from '../status_error.ts';
import { asAsked } from './asked_for.ts';
import { requireFinalizerNames } from './metadata_rules.ts';
import { track } from './tracked.ts';
import { type Backend, defaulted, type Place, received, validated, type WriteOptions } from './write.ts';

export function create(backend: Backend, place: Place, body: unknown, options: WriteOptions = {}): KubeObject {
  const { resource } = place;
  const { store, identities, clock } = backend;
  if (!resource.verbs.includes('create')) throw methodNotAllowed();
  const object = received(resource, body, options);
  settle(object, place);
  const shownName = object.metadata.name ?? object.metadata.generateName ?? '';
  nameIt(backend, resource, object);
  const { metadata } = object;
  metadata.uid = identities.nextUid();
  metadata.creationTimestamp = timestamp(clock.now());
  if (resource.countsGenerations) metadata.generation = 1;
  if (resource.statusStartsEmpty) delete (object as { status?: unknown }).status;
  requireNamespace(backend, object, resource);
  const { user, dryRun = false } = options;
  const request = requestFor({
    operation: 'CREATE',
    resource,
    object,
    shownName,
    user,
    dryRun,
    warn: options.strictness?.warn,
  });
  const asked = asAsked(resource, object);
  defaulted(backend, resource, object);
  track(backend, resource, { before: undefined, after: object, asked: asked(object) }, options);
  if (prepare(backend, request)) defaulted(backend, resource, object);
  requireFinalizerNames(resource, object, 'once');
  validated(resource, object);
  if (store.get(resource, metadata.namespace ?? '', metadata.name)) throw alreadyExists(resource, metadata.name);
  const refusal = refusalOf(() => admit(backend, request));
  // A name that was made for a refused object is not made again.
  if (refusal && shownName !== metadata.name && !dryRun) identities.advance();
  if (refusal) throw refusal;
  if (options.dryRun) return object;
  identities.advance();
  return store.put(resource, object);
}

function refusalOf(admitting: () => void): ApiError | undefined {
  try {
    admitting();
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** What a creator may not decide is taken away, and the namespace is the one of the request. */
function settle(object: KubeObject, { resource, namespace }: Place): void {
  const { metadata } = object;
  if (metadata.resourceVersion) throw unexplained('resourceVersion should not be set on objects to be created');
  if (resource.namespaced && (metadata.namespace ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (resource.namespaced) metadata.namespace = namespace;
  else delete metadata.namespace;
  delete metadata.resourceVersion;
  delete (metadata as { selfLink?: string }).selfLink;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
}

function nameIt({ store, identities }: Backend, resource: Resource, { metadata }: KubeObject): void {
  if (metadata.name || !metadata.generateName) return;
  metadata.name = identities.nextName(
    metadata.generateName,
    name => store.get(resource, metadata.namespace ?? '', name) !== undefined,
  );
}

function requireNamespace({ store, registry }: Backend, { metadata }: KubeObject, resource: Resource): void {
  if (!resource.namespaced) return;
  const namespaces = registry.find('namespaces')!;
  const namespace = store.get(namespaces, '', metadata.namespace ?? '');
  if (!namespace) throw notFound(namespaces, metadata.namespace ?? '');
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${metadata.namespace} because it is being terminated`;
  const message = `namespace ${metadata.namespace} is being terminated`;
  throw forbidden(resource, metadata.name, why, [
    { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
  ]);
}
