import { createHash } from 'node:crypto';
import type { Resource, Subresource } from './resource.ts';
import { apiVersionOf } from './resources.ts';

/** What this server serves, in the plain form (one document a group version) and the aggregated one. */

/** In the order in which a real server prefers them; those that others add come after, by name. */
const preferred = [
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
];

function groupNames(resources: readonly Resource[]): string[] {
  const names = [...new Set(resources.map(resource => resource.group))].filter(Boolean);
  const others = names.filter(name => !preferred.includes(name)).sort();
  return [...preferred.filter(name => names.includes(name)), ...others];
}

const subresourceVerbs: Readonly<Record<Subresource, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  binding: ['create'],
  eviction: ['create'],
  token: ['create'],
  log: ['get'],
  finalize: ['update'],
  attach: ['create', 'get'],
  exec: ['create', 'get'],
  portforward: ['create', 'get'],
  proxy: ['create', 'delete', 'get', 'patch', 'update'],
  ephemeralcontainers: ['get', 'patch', 'update'],
  resize: ['get', 'patch', 'update'],
};

/** Subresources whose kind is one of its own, in the group of the resource. */
const optionKinds: Partial<Record<Subresource, string>> = {
  attach: 'AttachOptions',
  exec: 'ExecOptions',
  portforward: 'PortForwardOptions',
  proxy: 'ProxyOptions',
};

interface GroupKind {
  group: string;
  version: string;
  kind: string;
}

/** A group and version are named only where they aren't those of the resource. */
function subresourceKind({ kind }: Resource, subresource: Subresource): Partial<GroupKind> & { kind: string } {
  if (subresource === 'scale') return { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  if (subresource === 'binding') return { kind: 'Binding' };
  if (subresource === 'eviction') return { group: 'policy', version: 'v1', kind: 'Eviction' };
  if (subresource === 'token') return { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
  const options = optionKinds[subresource];
  return { kind: options === undefined ? kind : `${kind}${options}` };
}

/** In aggregated discovery what is not named is written as nothing, but for custom resources. */
function responseKind({ group, version, schema }: Resource, given: Partial<GroupKind> & { kind: string }): GroupKind {
  return { ...(schema ? { group, version } : { group: '', version: '' }), ...given };
}

function byName<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Those of custom resources stand in an order of their own. */
function subresourcesOf({ subresources, schema }: Resource): readonly Subresource[] {
  return schema ? subresources : byName(subresources, name => name);
}

function inOrder(resources: readonly Resource[]): Resource[] {
  return byName(resources, ({ plural }) => plural);
}

export function coreVersions(): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
  };
}

export function groupList(resources: readonly Resource[]): object {
  const groups = groupNames(resources).map(group => groupEntry(resources, group));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** Where there is anything to ask. */
export function pathsOf(resources: readonly Resource[]): string[] {
  const groups = groupNames(resources).flatMap(group => [
    `/apis/${group}`,
    ...versionsOf(resources, group).map(version => `/apis/${group}/${version}`),
  ]);
  const others = ['/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return ['/api', '/api/v1', '/apis', '/apis/', ...groups.sort(), ...others];
}

export function groupDocument(resources: readonly Resource[], group: string): object | undefined {
  if (!groupNames(resources).includes(group)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(resources, group) };
}

function groupEntry(resources: readonly Resource[], group: string) {
  const versions = versionsOf(resources, group).map(version => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function versionsOf(resources: readonly Resource[], group: string): string[] {
  return [...new Set(resources.filter(resource => resource.group === group).map(resource => resource.version))];
}

export function servedBy(resources: readonly Resource[], groupVersion: string): Resource[] {
  return resources.filter(resource => apiVersionOf(resource) === groupVersion);
}

export function resourceList(resources: readonly Resource[], groupVersion: string): object | undefined {
  const served = servedBy(resources, groupVersion);
  if (served.length === 0) return undefined;
  const core = groupVersion === 'v1';
  return {
    kind: 'APIResourceList',
    ...(core ? {} : { apiVersion: 'v1' }),
    groupVersion,
    resources: inOrder(served).flatMap(plainEntries),
  };
}

function plainEntries(resource: Resource): object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
      ...(verbs.includes('watch') ? { storageVersionHash: storageVersionHash(resource) } : {}),
    },
    ...subresourcesOf(resource).map(subresource => ({
      name: `${plural}/${subresource}`,
      singularName: '',
      namespaced,
      ...subresourceKind(resource, subresource),
      verbs: subresourceVerbs[subresource],
    })),
  ];
}

export const aggregatedMediaType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Everything below `/api` or `/apis` in one answer. */
export function aggregatedList(resources: readonly Resource[], root: 'api' | 'apis'): object {
  const groups = root === 'api' ? [''] : groupNames(resources);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(group => ({
      metadata: group === '' ? {} : { name: group },
      versions: versionsOf(resources, group).map(version => ({
        version,
        freshness: 'Current',
        resources: inOrder(resources.filter(known => known.group === group && known.version === version)).map(
          aggregatedEntry,
        ),
      })),
    })),
  };
}

function aggregatedEntry(resource: Resource): object {
  const { kind, plural, singular, namespaced, verbs, shortNames, categories } = resource;
  const subresources = subresourcesOf(resource);
  return {
    resource: plural,
    responseKind: responseKind(resource, { kind }),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map(subresource => ({
            subresource,
            responseKind: responseKind(resource, subresourceKind(resource, subresource)),
            verbs: subresourceVerbs[subresource],
          })),
        }
      : {}),
  };
}

/** Tells clients whether objects are kept in the form that they know. */
function storageVersionHash({ group, version, kind }: Resource): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}
