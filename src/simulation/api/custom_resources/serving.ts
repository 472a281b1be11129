import type { Condition, KubeObject } from '../../../kubernetes/objects.ts';
import { timestamp } from '../../../lib/timestamp.ts';
import { equal } from '../json.ts';
import type { Resource } from '../resource.ts';
import { remove } from '../verbs/delete.ts';
import { update } from '../verbs/update.ts';
import type { Backend } from '../verbs/write.ts';
import { type CustomResourceDefinition, cleanupFinalizer, inPreference } from './definition.ts';
import { definitionResource } from './definition_resource.ts';
import { nameConflict } from './name_conflict.ts';
import { resourceOfVersion, storedResource } from './resource_of_version.ts';

interface Served {
  stored: Resource;
  spec: CustomResourceDefinition['spec'];
  versions: Resource[];
  stop(): void;
}

/**
 * Serves what custom resource definitions define. Definitions are looked at right after the write that changed them, as
 * a real server's own controllers do it a moment later.
 */
export function serveDefinitions(backend: Backend): void {
  const served = new Map<string, Served>();
  const waiting = new Set<string>();

  function look(name: string): void {
    if (waiting.has(name)) return;
    waiting.add(name);
    queueMicrotask(() => {
      waiting.delete(name);
      reconcile(name);
    });
  }

  function reconcile(name: string): void {
    const definition = backend.store.get(definitionResource, '', name) as CustomResourceDefinition | undefined;
    if (!definition) stopServing(name);
    else if (definition.metadata.deletionTimestamp !== undefined) cleanUp(definition);
    else accept(definition);
  }

  function accept(definition: CustomResourceDefinition): void {
    const { name } = definition.metadata;
    const problem = nameConflict(backend.registry, definition, served.get(name)?.versions ?? []);
    if (!problem) serve(definition);
    writeStatus(backend, definition, problem);
  }

  function serve(definition: CustomResourceDefinition): void {
    const { name } = definition.metadata;
    const before = served.get(name);
    if (before && equal(before.spec, definition.spec)) return;
    const stored = before?.stored ?? storedResource(definition);
    for (const resource of before?.versions ?? []) backend.registry.remove(resource);
    const versions = inPreference(definition.spec.versions.filter(version => version.served)).map(version =>
      resourceOfVersion(definition, version, {
        stored,
        servedSince: before?.versions[0]?.servedSince ?? backend.store.version(),
      }),
    );
    for (const resource of versions) backend.registry.add(resource);
    const stop =
      before?.stop ?? backend.store.history.subscribe(stored, ({ type }) => type === 'DELETED' && look(name));
    served.set(name, { stored, spec: definition.spec, versions, stop });
  }

  function stopServing(name: string): void {
    const known = served.get(name);
    if (!known) return;
    known.stop();
    for (const resource of known.versions) backend.registry.remove(resource);
    for (const object of backend.store.list(known.stored)) backend.store.remove(known.stored, object);
    served.delete(name);
  }

  /** The objects go before their definition. */
  function cleanUp(definition: CustomResourceDefinition): void {
    const known = served.get(definition.metadata.name);
    const [resource] = known?.versions ?? [];
    const left = known ? backend.store.list(known.stored) : [];
    for (const { metadata } of resource ? left.filter(isUntouched) : []) {
      remove(backend, { resource: resource!, namespace: metadata.namespace ?? '', name: metadata.name });
    }
    if (known && backend.store.list(known.stored).length > 0) return;
    const { metadata } = definition;
    const finalizers = (metadata.finalizers ?? []).filter(finalizer => finalizer !== cleanupFinalizer);
    if (finalizers.length === metadata.finalizers?.length) return;
    const place = { resource: definitionResource, namespace: '', name: metadata.name };
    update(backend, place, { ...definition, metadata: { ...metadata, finalizers } }, { manager: 'kube-apiserver' });
  }

  backend.store.history.subscribe(definitionResource, ({ object }) => look(object.metadata.name));
}

function isUntouched({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined;
}

function writeStatus(
  backend: Backend,
  definition: CustomResourceDefinition,
  problem: { reason: string; message: string } | undefined,
): void {
  const { status, spec } = definition;
  const now = timestamp(backend.clock.now());
  const accepted = problem
    ? { status: 'False' as const, ...problem }
    : { status: 'True' as const, reason: 'NoConflicts', message: 'no conflicts found' };
  const conditions = withCondition(status?.conditions ?? [], { type: 'NamesAccepted', ...accepted }, now);
  const isEstablished = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  const established = problem
    ? { status: 'False' as const, reason: 'NotAccepted', message: 'not all names are accepted' }
    : { status: 'True' as const, reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
  const next = {
    ...status,
    acceptedNames: problem ? (status?.acceptedNames ?? {}) : spec.names,
    conditions: isEstablished ? conditions : withCondition(conditions, { type: 'Established', ...established }, now),
    storedVersions: status?.storedVersions ?? [],
  };
  if (equal(next, status)) return;
  const place = { resource: definitionResource, namespace: '', name: definition.metadata.name };
  update(backend, place, { ...definition, status: next }, { subresource: 'status', manager: 'kube-apiserver' });
}

function withCondition(conditions: readonly Condition[], condition: Condition, now: string): Condition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  const since = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const next = { ...condition, lastTransitionTime: since };
  return before ? conditions.map(known => (known === before ? next : known)) : [...conditions, next];
}
