import type { OwnerReference } from '../../kubernetes/objects.ts';
import type { ApiClient, ServedResource } from '../api/client.ts';
import type { GraphNode } from './garbage_graph.ts';

/** What became of an object's owners. */
export interface OwnersFound {
  /** There, and to stay. */
  solid: OwnerReference[];
  /** Gone, or never there. */
  dangling: OwnerReference[];
  /** Waiting for this one, among others, to go first. */
  waiting: OwnerReference[];
  /** Nobody can tell: of a kind that isn't served, or one that can't own this. */
  unknown: OwnerReference[];
}

/** Looks each owner up in the API: a picture in memory may be old, and what is deleted doesn't come back. */
export function createOwnerLookup(client: ApiClient, served: () => readonly ServedResource[]) {
  async function fateOf(node: GraphNode, reference: OwnerReference): Promise<keyof OwnersFound> {
    const { apiVersion, kind, name, uid } = reference;
    const resource = served().find(one => one.kind === kind && one.apiVersion === apiVersion);
    if (!resource || (resource.namespaced && node.namespace === undefined)) return 'unknown';
    const owner = await client.get(resource.name, name, resource.namespaced ? node.namespace : undefined);
    if (owner?.metadata.uid !== uid) return 'dangling';
    const { deletionTimestamp, finalizers = [] } = owner.metadata;
    return deletionTimestamp !== undefined && finalizers.includes('foregroundDeletion') ? 'waiting' : 'solid';
  }

  return async (node: GraphNode): Promise<OwnersFound> => {
    const found: OwnersFound = { solid: [], dangling: [], waiting: [], unknown: [] };
    for (const reference of node.owners) found[await fateOf(node, reference)].push(reference);
    return found;
  };
}
