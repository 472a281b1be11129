import type { Resource, Subresource } from './resource.ts';
import { apiVersionOf } from './resources.ts';

/** What this server serves, in the plain form (one document a group version) and the aggregated one. */

export function groupNames(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map(resource => resource.group))].filter(Boolean);
}

const subresourceVerbs: Readonly<Record<Subresource, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  binding: ['create'],
  eviction: ['create'],
  token: ['create'],
  log: ['get'],
  finalize: ['update'],
};

interface GroupKind {
  group: string;
  version: string;
  kind: string;
}

function subresourceKind(resource: Resource, subresource: Subresource): GroupKind {
  if (subresource === 'scale') return { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  if (subresource === 'binding') return { group: '', version: 'v1', kind: 'Binding' };
  if (subresource === 'eviction') return { group: 'policy', version: 'v1', kind: 'Eviction' };
  if (subresource === 'token') return { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
  return { group: resource.group, version: resource.version, kind: resource.kind };
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
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: served.flatMap(plainEntries) };
}

function plainEntries(resource: Resource): object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    },
    ...subresources.map(subresource => ({
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
        resources: resources.filter(known => known.group === group && known.version === version).map(aggregatedEntry),
      })),
    })),
  };
}

function aggregatedEntry(resource: Resource): object {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    subresources: resource.subresources.map(subresource => ({
      subresource,
      responseKind: subresourceKind(resource, subresource),
      verbs: subresourceVerbs[subresource],
    })),
  };
}
