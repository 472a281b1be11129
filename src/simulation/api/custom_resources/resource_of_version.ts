import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { JsonRecord } from '../json.ts';
import { type Resource, row, type Subresource } from '../resource.ts';
import { schemaFromOpenApi } from '../schema/custom.ts';
import type { CustomResourceDefinition, DefinedVersion } from './definition.ts';
import { printerColumns } from './printer_columns.ts';
import { fillInDefaults, prune } from './structure.ts';
import { customProblems } from './value_validation.ts';

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const;

/** One version of a defined kind, as the server serves it. `stored` is what all its versions are kept as. */
export function resourceOfVersion(
  { spec }: CustomResourceDefinition,
  version: DefinedVersion,
  { stored, servedSince }: { stored: Resource; servedSince: number },
): Resource {
  const { names, group, scope } = spec;
  const schema: JsonRecord = version.schema?.openAPIV3Schema ?? {};
  const apiVersion = `${group}/${version.name}`;
  return row({
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: customVerbs,
    subresources: subresourcesOf(version),
    fields: selectableFields(version),
    countsGenerations: true,
    statusStartsEmpty: version.subresources?.status !== undefined,
    schema: schemaFromOpenApi(schema),
    openApi: schema,
    servedSince,
    ...scalePathsOf(version),
    storedAs: { resource: stored, toStored: object => object, fromStored: object => ({ ...object, apiVersion }) },
    columns: printerColumns(version.additionalPrinterColumns),
    fillIn(object) {
      prune(schema, object, true);
      fillInDefaults(schema, object);
    },
    validate: object => customProblems(withoutMetadata(schema), object),
  });
}

/** Metadata is checked as that of all objects. */
function withoutMetadata(schema: JsonRecord): JsonRecord {
  const { properties } = schema;
  if (typeof properties !== 'object' || properties === null) return schema;
  const { metadata: _, ...rest } = properties as JsonRecord;
  return { ...schema, properties: rest };
}

function subresourcesOf({ subresources }: DefinedVersion): Subresource[] {
  return [
    ...(subresources?.status === undefined ? [] : (['status'] as const)),
    ...(subresources?.scale === undefined ? [] : (['scale'] as const)),
  ];
}

function selectableFields({ selectableFields = [] }: DefinedVersion): Record<string, string> {
  return Object.fromEntries(selectableFields.map(({ jsonPath }) => [jsonPath.slice(1), jsonPath.slice(1)]));
}

function scalePathsOf({ subresources }: DefinedVersion): Pick<Resource, 'scalePaths'> {
  const { scale } = subresources ?? {};
  if (!scale) return {};
  const path = (text: string) => text.replace(/^\./, '');
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return {
    scalePaths: {
      replicas: path(specReplicasPath),
      ready: path(statusReplicasPath),
      selector: labelSelectorPath === undefined ? undefined : path(labelSelectorPath),
    },
  };
}

/** What the objects of a definition are kept as, whatever its versions become. */
export function storedResource({ spec }: CustomResourceDefinition): Resource {
  const { group, names, scope } = spec;
  return row<KubeObject>({ group, plural: names.plural, kind: names.kind, namespaced: scope === 'Namespaced' });
}
