import type { StatusCause } from '../../client.ts';
import { canonicalQuantity } from '../../quantity.ts';
import { configKeyProblems, qualifiedNameProblems, subdomainProblems, variableNameProblems } from '../names.ts';
import { each, none, required, unsupported, wrong } from '../problem.ts';
import type { FieldRef, KeyRef, Named, ResourceFieldRef, Variable, WireContainer } from './wire.ts';

const ofVariables = [
  ...['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName'],
  ...['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'],
];
export const ofFiles = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const known = new Set([...ofVariables, ...ofFiles, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);
const amounts = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory']
  .flatMap(name => [name, name.replace('limits', 'requests')])
  .sort();
const tooMany = 'may not have more than one field specified at a time';

export function environmentProblems({ env, envFrom }: WireContainer, path: string): StatusCause[] {
  if (!env && !envFrom) return none;
  return [
    ...(env ?? []).flatMap((variable, index) => variableProblems(variable, `${path}.env[${index}]`)),
    ...(envFrom ?? []).flatMap((source, index) => allOfProblems(source, `${path}.envFrom`, index)),
  ];
}

function variableProblems({ name, value, valueFrom }: Variable, field: string): StatusCause[] {
  const named = name ? each(`${field}.name`, name, variableNameProblems) : [required(`${field}.name`)];
  return valueFrom ? [...named, ...sourceProblems(valueFrom, value, `${field}.valueFrom`)] : named;
}

function sourceProblems(source: NonNullable<Variable['valueFrom']>, value: string | undefined, field: string) {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  const kinds =
    'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
  const why = count === 0 ? kinds : value ? 'may not be specified when `value` is not empty' : tooMany;
  return [
    ...(fieldRef ? fieldRefProblems(fieldRef, ofVariables, `${field}.fieldRef`) : none),
    ...(resourceFieldRef ? resourceRefProblems(resourceFieldRef, `${field}.resourceFieldRef`) : none),
    ...(configMapKeyRef ? keyRefProblems(configMapKeyRef, `${field}.configMapKeyRef`) : none),
    ...(secretKeyRef ? keyRefProblems(secretKeyRef, `${field}.secretKeyRef`) : none),
    ...(count === 1 && !value ? none : [wrong(field, '', why)]),
  ];
}

export function fieldRefProblems({ apiVersion, fieldPath }: FieldRef, allowed: readonly string[], field: string) {
  if (!apiVersion) return [required(`${field}.apiVersion`)];
  if (!fieldPath) return [required(`${field}.fieldPath`)];
  const fault = (why: string) => [wrong(`${field}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`)];
  if (apiVersion !== 'v1') return fault(`unsupported pod version: ${apiVersion}`);
  const [, path, subscript] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (path === 'metadata.annotations') return each(field, (subscript ?? '').toLowerCase(), qualifiedNameProblems);
  if (path === 'metadata.labels') return each(field, subscript ?? '', qualifiedNameProblems);
  if (path !== undefined) return fault(`field label does not support subscript: ${fieldPath}`);
  if (fieldPath !== 'spec.host' && !known.has(fieldPath)) return fault(`field label not supported: ${fieldPath}`);
  const name = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  return allowed.includes(name) ? none : [unsupported(`${field}.fieldPath`, name, allowed)];
}

export function resourceRefProblems(
  { containerName, resource = '', divisor }: ResourceFieldRef,
  field: string,
  isFile = false,
) {
  const isHuge = /^(requests|limits)\.hugepages-/.test(resource);
  const isKnown = isHuge || amounts.includes(resource);
  const missing = isFile && !containerName ? 'containerName' : resource === '' ? 'resource' : '';
  const unknown = isKnown ? none : [unsupported(`${field}.resource`, resource, amounts)];
  return [...(missing ? [required(`${field}.${missing}`)] : unknown), ...divisorProblems(resource, divisor, field)];
}

const units = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

function divisorProblems(resource: string, divisor: string | number | undefined, field: string): StatusCause[] {
  const text = canonicalQuantity(String(divisor ?? 0)) ?? '0';
  const [, name = ''] = /^(?:requests|limits)\.(cpu|memory|ephemeral-storage|hugepages)/.exec(resource) ?? [];
  if (text === '0' || name === '') return none;
  const allowed = name === 'cpu' ? '1m, 1' : units;
  if (allowed.split(', ').includes(text)) return none;
  const what = name === 'ephemeral-storage' ? 'local ephemeral storage' : name;
  const list = name === 'cpu' ? '1m and 1' : units;
  return [wrong(`${field}.divisor`, resource, `only divisor's values ${list} are supported with the ${what} resource`)];
}

function keyRefProblems({ name = '', key }: KeyRef, field: string): StatusCause[] {
  return [
    ...each(`${field}.name`, name, subdomainProblems),
    ...(key ? each(`${field}.key`, key, configKeyProblems) : [required(`${field}.key`)]),
  ];
}

type Source = NonNullable<WireContainer['envFrom']>[number];

function allOfProblems({ prefix, configMapRef, secretRef }: Source, path: string, index: number): StatusCause[] {
  const field = `${path}[${index}]`;
  return [
    ...(prefix ? each(`${field}.prefix`, prefix, variableNameProblems) : none),
    ...(configMapRef ? nameProblems(configMapRef, `${field}.configMapRef`) : none),
    ...(secretRef ? nameProblems(secretRef, `${field}.secretRef`) : none),
    ...(configMapRef || secretRef ? none : [wrong(path, '', 'must specify one of: `configMapRef` or `secretRef`')]),
    ...(configMapRef && secretRef ? [wrong(path, '', tooMany)] : none),
  ];
}

function nameProblems({ name }: Named, field: string): StatusCause[] {
  return name ? each(`${field}.name`, name.replace(/(.)-$/, '$1a'), subdomainProblems) : [required(`${field}.name`)];
}
