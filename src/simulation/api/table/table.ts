import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { Resource } from '../resource.ts';

/** `includeObject` of a table request: what of the object travels with its row. */
export type Included = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  now: number;
  include: Included;
  /** A watch names the columns only once. */
  withColumns?: boolean;
}

/** A `Table`, as `kubectl get` asks for it. */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  listMetadata: object,
  options: TableOptions,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: options.withColumns === false ? null : resource.columns.map(definitionOf),
    rows: objects.map(object => ({
      cells: resource.columns.map(column => column.value(object, options.now)),
      object: options.include === 'None' ? null : includedPart(object, options.include),
    })),
  };
}

export function partialMetadata(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: shownAlone(object) };
}

const countedGeneration = 'deprecated.daemonset.template.generation';

/** An annotation that stands for a field of old is shown only with the whole object. */
function shownAlone({ metadata }: KubeObject): object {
  if (metadata.annotations?.[countedGeneration] === undefined) return metadata;
  const { annotations, ...others } = metadata;
  const shown = Object.entries(annotations).filter(([name]) => name !== countedGeneration);
  return shown.length === 0 ? others : { ...others, annotations: Object.fromEntries(shown) };
}

function includedPart(object: KubeObject, include: Included): object {
  return include === 'Object' ? object : partialMetadata(object);
}

function definitionOf(column: Resource['columns'][number]): object {
  const { name, type, format = '', wide, description = `${name} of the object` } = column;
  return { name, type, format, description, priority: wide ? 1 : 0 };
}
