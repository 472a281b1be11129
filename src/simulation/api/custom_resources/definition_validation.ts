import { isRecord } from '../../../lib/json.ts';
import type { StatusCause } from '../client.ts';
import { equal } from '../json.ts';
import { required, unsupported, wrong } from '../validation/problem.ts';
import type { CustomResourceDefinition, DefinedColumn, DefinedNames, DefinedVersion } from './definition.ts';
import { schemaProblems } from './schema_validation.ts';

/** What is wrong with a definition, in the words of a server. */
export function validateDefinition(
  definition: CustomResourceDefinition,
  before?: CustomResourceDefinition,
): StatusCause[] {
  const { metadata, spec } = definition;
  return [
    ...nameProblems(metadata.name, spec),
    ...groupProblems(spec.group),
    ...scopeProblems(spec.scope),
    ...spec.versions.flatMap(missingSchema),
    ...spec.versions.flatMap((version, index) => versionProblems(version, index, spec.versions)),
    ...versionListProblems(spec.versions),
    ...namesProblems(spec.names),
    ...conversionProblems(spec.conversion?.strategy),
    ...(spec.preserveUnknownFields === true
      ? [
          wrong(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
    ...(spec.versions.some(version => version.storage) || before
      ? []
      : [wrong('status.storedVersions', null, 'must have at least one stored version')]),
    ...(before ? changeProblems(definition, before) : []),
  ];
}

function nameProblems(name: string, { group, names }: CustomResourceDefinition['spec']): StatusCause[] {
  if (name === `${names.plural ?? ''}.${group ?? ''}`) return [];
  return [wrong('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function groupProblems(group: string): StatusCause[] {
  if (!group) return [required('spec.group')];
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(group)) {
    const why =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    return [wrong('spec.group', group, why)];
  }
  return group.includes('.') ? [] : [wrong('spec.group', group, 'should be a domain with at least one dot')];
}

function scopeProblems(scope: string): StatusCause[] {
  if (!scope) return [required('spec.scope')];
  return ['Cluster', 'Namespaced'].includes(scope) ? [] : [unsupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function missingSchema({ schema }: DefinedVersion, index: number): StatusCause[] {
  return schema?.openAPIV3Schema ? [] : [required(`spec.versions[${index}].schema.openAPIV3Schema`)];
}

const label =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

function labelProblems(field: string, value: string | undefined, before = ''): StatusCause[] {
  if (!value || /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(value.toLowerCase())) {
    if (before !== '' || !value || value === value.toLowerCase()) return [];
  }
  return [wrong(field, value, `${before}${label}`)];
}

/** What all versions say alike is said to lie above them, and once. */
function placeOf(
  part: 'schema' | 'subresources' | 'additionalPrinterColumns',
  index: number,
  all: readonly DefinedVersion[],
) {
  const isShared = all.every(version => version[part] !== undefined && equal(version[part], all[0]?.[part]));
  if (!isShared) return `spec.versions[${index}].${part}`;
  return index > 0 ? undefined : part === 'schema' ? 'spec.validation' : `spec.${part}`;
}

function versionProblems(version: DefinedVersion, index: number, all: readonly DefinedVersion[]): StatusCause[] {
  const field = `spec.versions[${index}]`;
  const [schema, subresources, columns] = (['schema', 'subresources', 'additionalPrinterColumns'] as const).map(part =>
    placeOf(part, index, all),
  );
  return [
    ...(version.name ? labelProblems(`${field}.name`, version.name) : [wrong(`${field}.name`, '', label)]),
    ...(version.deprecationWarning !== undefined && !version.deprecated
      ? [wrong(`${field}.deprecationWarning`, version.deprecationWarning, 'can only be set for deprecated versions')]
      : []),
    ...(schema ? schemaProblems(version.schema?.openAPIV3Schema, `${schema}.openAPIV3Schema`) : []),
    ...(subresources ? scaleProblems(version, subresources) : []),
    ...(columns === undefined ? [] : (version.additionalPrinterColumns ?? [])).flatMap((column, at) =>
      columnProblems(column, `${columns}[${at}]`),
    ),
  ];
}

function scaleProblems({ subresources }: DefinedVersion, field: string): StatusCause[] {
  const { scale } = subresources ?? {};
  if (!isRecord(scale)) return [];
  const problem = (name: string, path: unknown, prefix: string) => {
    if (!path) return [required(`${field}.scale.${name}`)];
    const fits = typeof path === 'string' && path.startsWith(prefix);
    return fits ? [] : [wrong(`${field}.scale.${name}`, path, `should be a json path under ${prefix.slice(0, -1)}`)];
  };
  return [
    ...problem('specReplicasPath', scale['specReplicasPath'], '.spec.'),
    ...problem('statusReplicasPath', scale['statusReplicasPath'], '.status.'),
  ];
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

function columnProblems({ name, type, jsonPath }: DefinedColumn, field: string): StatusCause[] {
  const types = `must be one of ${columnTypes.join(',')}`;
  return [
    ...(name ? [] : [required(`${field}.name`)]),
    ...(!type
      ? [required(`${field}.type`, types)]
      : columnTypes.includes(type)
        ? []
        : [wrong(`${field}.type`, type, types)]),
    ...(jsonPath ? [] : [required(`${field}.JSONPath`)]),
  ];
}

/** As a server keeps them: what all versions have in common stands beside the list. */
function shownVersions(versions: readonly DefinedVersion[]): object[] {
  const own = (field: keyof DefinedVersion) => (version: DefinedVersion) =>
    versions.every(other => equal(other[field], version[field])) ? null : (version[field] ?? null);
  return versions.map(version => ({
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: false,
    DeprecationWarning: null,
    Schema: own('schema')(version),
    Subresources: own('subresources')(version),
    AdditionalPrinterColumns: own('additionalPrinterColumns')(version),
    SelectableFields: null,
  }));
}

function versionListProblems(versions: readonly DefinedVersion[]): StatusCause[] {
  const shown = shownVersions(versions);
  const names = new Set(versions.map(version => version.name));
  return [
    ...(names.size === versions.length ? [] : [wrong('spec.versions', shown, 'must contain unique version names')]),
    ...(versions.filter(version => version.storage).length === 1
      ? []
      : [wrong('spec.versions', shown, 'must have exactly one version marked as storage version')]),
  ];
}

function namesProblems(names: DefinedNames): StatusCause[] {
  const missing = (['plural', 'singular', 'kind', 'listKind'] as const).filter(name => !names[name]);
  const mixed = 'may have mixed case, but should otherwise match: ';
  return [
    ...missing.map(name => required(`spec.names.${name}`)),
    ...labelProblems('spec.names.plural', names.plural),
    ...labelProblems('spec.names.singular', names.singular),
    ...labelProblems('spec.names.kind', names.kind, mixed),
    ...labelProblems('spec.names.listKind', names.listKind, mixed),
    ...(names.shortNames ?? []).flatMap((name, index) => labelProblems(`spec.names.shortNames[${index}]`, name)),
    ...(names.kind && names.kind === names.listKind
      ? [wrong('spec.names.listKind', names.listKind, 'kind and listKind may not be the same')]
      : []),
    ...(names.categories ?? []).flatMap((name, index) => labelProblems(`spec.names.categories[${index}]`, name)),
  ];
}

function conversionProblems(strategy: string | undefined): StatusCause[] {
  if (strategy === undefined || strategy === 'None') return [];
  // What a webhook converts, we could not: better to say so than to serve it unconverted.
  return [unsupported('spec.conversion.strategy', strategy, ['None'])];
}

function changeProblems({ spec }: CustomResourceDefinition, before: CustomResourceDefinition): StatusCause[] {
  const isEstablished = before.status?.conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
  const fixed = (field: string, is: unknown, was: unknown) =>
    equal(is, was) ? [] : [wrong(field, is, 'field is immutable')];
  return [
    ...fixed('spec.group', spec.group, before.spec.group),
    ...fixed('spec.names.plural', spec.names.plural, before.spec.names.plural),
    ...(isEstablished
      ? [
          ...fixed('spec.scope', spec.scope, before.spec.scope),
          ...fixed('spec.names.kind', spec.names.kind, before.spec.names.kind),
        ]
      : []),
    ...missingStored(spec.versions, before.status?.storedVersions ?? []),
  ];
}

function missingStored(versions: readonly DefinedVersion[], stored: readonly string[]): StatusCause[] {
  return stored.flatMap((name, index) =>
    versions.some(version => version.name === name)
      ? []
      : [
          wrong(
            `status.storedVersions[${index}]`,
            name,
            'missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions'.replaceAll(
              'v1',
              name,
            ),
          ),
        ],
  );
}
