import type { KubeObject } from '../../../kubernetes/objects.ts';
import type { StatusCause } from '../client.ts';
import type { Resource } from '../resource.ts';
import {
  asPrefix,
  dnsLabelProblems,
  labelValueProblems,
  type NameRule,
  pathNameProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from './names.ts';
import { each, forbiddenField, none, required, tooLong, wrong } from './problem.ts';

const rules: Record<Resource['nameForm'], NameRule> = {
  label: dnsLabelProblems,
  subdomain: subdomainProblems,
  path: pathNameProblems,
};

type Metadata = KubeObject['metadata'];
type Owners = NonNullable<Metadata['ownerReferences']>;

/** Who changes one of these is told of everything as if it were new, once more. */
const checkedAnew = new Set([
  ...['ConfigMap', 'Endpoints', 'Ingress', 'IngressClass', 'Job', 'Namespace', 'Node', 'PersistentVolumeClaim', 'Pod'],
  ...['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'Secret', 'ServiceAccount'],
]);

/** What holds for every object: its name, labels, annotations, owners and finalizers. */
export function validateMetadata(resource: Resource, { metadata }: KubeObject, before?: KubeObject): StatusCause[] {
  const named = nameProblems(metadata, rules[resource.nameForm]);
  const common = commonProblems(metadata);
  const ofFinalizers = finalizerProblems(metadata.finalizers, resource.schema === undefined);
  if (!before) return [...named, ...common, ...ofFinalizers];
  const late = before.metadata.deletionTimestamp === undefined ? none : newFinalizers(metadata, before.metadata);
  if (common.length === 0) return [...named, ...ofFinalizers, ...late];
  const again = checkedAnew.has(resource.kind) ? common : none;
  return [...named, ...common, ...ofFinalizers, ...late, ...common, ...common, ...again];
}

function nameProblems({ name, generateName }: Metadata, rule: NameRule): StatusCause[] {
  return [
    ...(generateName ? each('metadata.generateName', generateName, asPrefix(rule)) : none),
    ...(name ? each('metadata.name', name, rule) : [required('metadata.name', 'name or generateName is required')]),
  ];
}

function commonProblems({ labels, annotations, ownerReferences }: Metadata): StatusCause[] {
  return [
    ...labelProblems(labels, 'metadata.labels'),
    ...annotationProblems(annotations, 'metadata.annotations'),
    ...(ownerReferences ? ownersProblems(ownerReferences, 'metadata.ownerReferences') : none),
  ];
}

export function labelProblems(labels: Record<string, string> | undefined, field: string): StatusCause[] {
  if (!labels) return none;
  let problems = none;
  for (const key of Object.keys(labels)) {
    const found = [...each(field, key, qualifiedNameProblems), ...each(field, labels[key] ?? '', labelValueProblems)];
    if (found.length > 0) problems = [...problems, ...found];
  }
  return problems;
}

const mostBytes = 256 * 1024;

export function annotationProblems(annotations: Record<string, string> | undefined, field: string): StatusCause[] {
  if (!annotations) return none;
  const entries = Object.entries(annotations);
  const characters = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  const bytes = characters * 3 > mostBytes ? Buffer.byteLength(entries.flat().join('')) : characters;
  return [
    ...entries.flatMap(([key]) => qualifiedNameProblems(key.toLowerCase()).map(text => wrong(field, key, text))),
    ...(bytes > mostBytes ? [tooLong(field, mostBytes)] : none),
  ];
}

function ownersProblems(owners: Owners, field: string): StatusCause[] {
  const controllers = owners.filter(({ controller }) => controller).map(({ kind, name }) => `${kind}/${name}`);
  const why = (other: string) =>
    `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${other}`;
  return [
    ...owners.flatMap(owner => ownerProblems(owner, field)),
    ...controllers.slice(1).map(other => wrong(field, owners.map(shownOwner), why(other))),
  ];
}

function ownerProblems(owner: Owners[number], field: string): StatusCause[] {
  const { apiVersion = '', kind = '' } = owner;
  const hasVersion = apiVersion !== '' && apiVersion.split('/').length <= 2 && !apiVersion.endsWith('/');
  const isEvent = apiVersion === 'v1' && kind === 'Event';
  return [
    ...(hasVersion ? none : [wrong(`${field}.apiVersion`, apiVersion, 'version must not be empty')]),
    ...(['kind', 'name', 'uid'] as const)
      .filter(name => !owner[name])
      .map(name => wrong(`${field}.${name}`, '', 'must not be empty')),
    ...(isEvent ? [wrong(field, shownOwner(owner), '/v1, Kind=Event is disallowed from being an owner')] : none),
  ];
}

function shownOwner({ apiVersion, kind, name, uid, ...more }: Owners[number]): object {
  return { apiVersion, kind, name, uid, ...more };
}

const standard = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** `isBuiltIn` objects want to know whose a finalizer is. */
function finalizerProblems(finalizers: readonly string[] | undefined, isBuiltIn: boolean): StatusCause[] {
  if (!finalizers?.length) return none;
  const field = 'metadata.finalizers';
  const both = 'finalizer orphan and foregroundDeletion cannot be both set';
  const nobodys = 'name is neither a standard finalizer name nor is it fully qualified';
  return [
    ...finalizers.flatMap(name => each(field, name, qualifiedNameProblems)),
    ...(finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
      ? [wrong(field, finalizers, both)]
      : none),
    ...(isBuiltIn ? finalizers : []).flatMap((name, index) =>
      name.includes('/') || standard.includes(name) ? none : [wrong(`${field}[${index}]`, name, nobodys)],
    ),
  ];
}

function newFinalizers(now: Metadata, before: Metadata): StatusCause[] {
  const added = (now.finalizers ?? []).filter(name => !before.finalizers?.includes(name)).sort();
  if (added.length === 0) return none;
  const list = `[]string{${added.map(name => JSON.stringify(name)).join(', ')}}`;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [forbiddenField('metadata.finalizers', why)];
}
