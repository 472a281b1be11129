import type { Clock } from '../lib/clock.ts';
import type { Kind } from './cluster.ts';
import type { ApiHttp } from './http.ts';

/** One kind of object that this API server has, under all its names. */
export interface ServedResource extends Kind {
  group: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
  verbs: readonly string[];
}

/** What kinds there are; they come and go with custom resource definitions. */
export interface Discovery {
  /** `fresh` when something was not among what is known: asked again then, but not too often. */
  served(signal: AbortSignal, fresh?: boolean): Promise<readonly ServedResource[]>;
}

const lifetimeMs = 300_000;
const againMs = 10_000;

export function createDiscovery(deps: {
  discover(signal: AbortSignal): Promise<ServedResource[]>;
  clock: Pick<Clock, 'now'>;
}): Discovery {
  let known: { resources: readonly ServedResource[]; at: number } | undefined;
  return {
    async served(signal, fresh = false) {
      const age = known === undefined ? Number.POSITIVE_INFINITY : deps.clock.now() - known.at;
      if (known && age < (fresh ? againMs : lifetimeMs)) return known.resources;
      known = { resources: await deps.discover(signal), at: deps.clock.now() };
      return known.resources;
    },
  };
}

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList, application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList, application/json';

interface AggregatedList {
  kind: string;
  items?: { metadata: { name?: string }; versions: { version: string; resources?: AggregatedResource[] }[] }[];
  groups?: { name: string; preferredVersion: { groupVersion: string } }[];
}

interface AggregatedResource {
  resource: string;
  responseKind?: { kind: string };
  scope: 'Namespaced' | 'Cluster';
  singularResource?: string;
  shortNames?: string[];
  verbs?: string[];
}

/** All kinds in two requests; from servers before 1.26 in one for each group. Of each group the version it prefers. */
export async function discoverResources(http: ApiHttp, signal: AbortSignal): Promise<ServedResource[]> {
  const [core, groups] = await Promise.all(['/api', '/apis'].map(path => ask<AggregatedList>(http, path, signal)));
  if (core?.kind === 'APIGroupDiscoveryList' && groups?.kind === 'APIGroupDiscoveryList') {
    return [...fromAggregated(core), ...fromAggregated(groups)];
  }
  const versions = (groups?.groups ?? []).map(({ preferredVersion }) => preferredVersion.groupVersion);
  const lists = await Promise.all(['v1', ...versions].map(version => fromPlain(http, version, signal)));
  return lists.flat();
}

async function ask<T>(http: ApiHttp, path: string, signal: AbortSignal): Promise<T> {
  return JSON.parse(await http.send({ method: 'GET', path, accept: aggregated, signal })) as T;
}

function fromAggregated({ items = [] }: AggregatedList): ServedResource[] {
  return items.flatMap(({ metadata: { name: group = '' }, versions: [preferred] }) =>
    (preferred?.resources ?? []).map(each => ({
      group,
      apiVersion: group === '' ? (preferred?.version ?? 'v1') : `${group}/${preferred?.version}`,
      kind: each.responseKind?.kind ?? each.resource,
      plural: each.resource,
      singular: each.singularResource ?? '',
      shortNames: each.shortNames ?? [],
      namespaced: each.scope === 'Namespaced',
      verbs: each.verbs ?? [],
    })),
  );
}

interface PlainList {
  resources: {
    name: string;
    singularName: string;
    namespaced: boolean;
    kind: string;
    verbs: string[];
    shortNames?: string[];
  }[];
}

/** A group whose server is away has nothing for now. */
async function fromPlain(http: ApiHttp, apiVersion: string, signal: AbortSignal): Promise<ServedResource[]> {
  const isCore = !apiVersion.includes('/');
  const path = isCore ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
  const { resources } = await ask<PlainList>(http, path, signal).catch(error => {
    signal.throwIfAborted();
    if (isCore) throw error;
    return { resources: [] };
  });
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, singularName, namespaced, kind, verbs, shortNames = [] }) => ({
      group: isCore ? '' : (apiVersion.split('/')[0] ?? ''),
      ...{ apiVersion, kind, plural: name, singular: singularName, shortNames, namespaced, verbs },
    }));
}
