import type { KubeObject } from '../../../kubernetes/objects.ts';
import { type Resource, row } from '../resource.ts';
import { type Column, nameColumn } from '../table/column.ts';
import { type CustomResourceDefinition, cleanupFinalizer } from './definition.ts';
import { validateDefinition } from './definition_validation.ts';

const createdAt: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  value: ({ metadata }) => metadata.creationTimestamp ?? '<unknown>',
};

/** The kind by which clients define kinds. */
export const definitionResource: Resource = row<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  subresources: ['status'],
  countsGenerations: true,
  statusStartsEmpty: true,
  markDeleted,
  fillIn: defaultDefinition,
  validate: validateDefinition,
  columns: [nameColumn, createdAt],
});

function markDeleted(object: KubeObject, now: string): void {
  const definition = object as CustomResourceDefinition;
  const { metadata, status } = definition;
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), cleanupFinalizer])];
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'Terminating');
  const terminating = {
    type: 'Terminating',
    status: 'True' as const,
    lastTransitionTime: now,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  definition.status = { acceptedNames: {}, storedVersions: [], ...status, conditions: [...others, terminating] };
}

function defaultDefinition(definition: CustomResourceDefinition): void {
  const { names } = definition.spec;
  if (names.kind) {
    names.singular ||= names.kind.toLowerCase();
    names.listKind ||= `${names.kind}List`;
  }
  definition.spec.conversion ??= { strategy: 'None' };
  const stored = definition.spec.versions.find(version => version.storage);
  definition.status ??= { acceptedNames: { plural: '', kind: '' }, conditions: null, storedVersions: [] };
  if (stored && !definition.status.storedVersions?.includes(stored.name)) {
    definition.status.storedVersions = [...(definition.status.storedVersions ?? []), stored.name];
  }
}
