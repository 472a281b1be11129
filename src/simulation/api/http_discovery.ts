import type { ServedResource } from './client.ts';
import type { Connection } from './http_connection.ts';
import { noSuchResource, qualifiedName } from './status_error.ts';

interface GroupList {
  groups: { name: string; preferredVersion: { groupVersion: string } }[];
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

/** What a server serves, asked once, and again when somebody wants what wasn't there. */
export interface Discovery {
  all(): Promise<ServedResource[]>;
  /** By its name as in ApiClient; throws the 404 that a server answers at a path that it doesn't know. */
  find(name: string): Promise<ServedResource>;
}

export function createDiscovery(connection: Connection): Discovery {
  let known: Promise<ServedResource[]> | undefined;

  const ask = () => {
    const asking = discover(connection);
    known = asking;
    asking.catch(() => {
      known = undefined;
    });
    return asking;
  };
  const named = async (name: string, resources: Promise<ServedResource[]>) =>
    (await resources).find(resource => resource.name === name);

  return {
    all: ask,
    async find(name) {
      const found = (known && (await named(name, known))) ?? (await named(name, ask()));
      if (!found) throw noSuchResource();
      return found;
    },
  };
}

async function discover(connection: Connection): Promise<ServedResource[]> {
  const { groups } = await connection.ask<GroupList>('GET', '/apis');
  const lists = [
    resourcesOf(connection, '/api/v1', { group: '', apiVersion: 'v1' }),
    ...groups.map(({ name, preferredVersion: { groupVersion } }) =>
      resourcesOf(connection, `/apis/${groupVersion}`, { group: name, apiVersion: groupVersion }),
    ),
  ];
  return (await Promise.all(lists)).flat();
}

/** An aggregated API whose server is away takes only its own resources with it. */
async function resourcesOf(
  connection: Connection,
  path: string,
  { group, apiVersion }: { group: string; apiVersion: string },
): Promise<ServedResource[]> {
  const list = await connection.ask<ResourceList>('GET', path).catch(() => ({ resources: [] }));
  return list.resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({
      name: qualifiedName({ group, plural: name }),
      kind,
      apiVersion,
      namespaced,
      verbs,
    }));
}
