import type { KubeObject, OwnerReference } from '../../kubernetes/objects.ts';

/** As much of an object as the garbage collector has to know. */
export interface GraphNode {
  resource: string;
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string | undefined;
  uid: string;
  resourceVersion: string | undefined;
  owners: readonly OwnerReference[];
  finalizers: readonly string[];
  isDeleted: boolean;
}

/** Who owns whom, by uid. */
export interface OwnerGraph {
  get(uid: string): GraphNode | undefined;
  dependentsOf(uid: string): GraphNode[];
  put(node: GraphNode): GraphNode | undefined;
  remove(uid: string): void;
  all(): Iterable<GraphNode>;
}

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, GraphNode>();
  const dependents = new Map<string, Set<string>>();

  function unlink(node: GraphNode): void {
    for (const { uid } of node.owners) {
      const group = dependents.get(uid);
      group?.delete(node.uid);
      if (group?.size === 0) dependents.delete(uid);
    }
  }

  return {
    get: uid => nodes.get(uid),
    all: () => nodes.values(),
    dependentsOf: uid => [...(dependents.get(uid) ?? [])].flatMap(one => nodes.get(one) ?? []),
    put(node) {
      const before = nodes.get(node.uid);
      if (before) unlink(before);
      nodes.set(node.uid, node);
      for (const { uid } of node.owners) dependents.set(uid, (dependents.get(uid) ?? new Set()).add(node.uid));
      return before;
    },
    remove(uid) {
      const node = nodes.get(uid);
      if (node) unlink(node);
      nodes.delete(uid);
    },
  };
}

export function graphNode(resource: string, { apiVersion, kind, metadata }: KubeObject): GraphNode {
  const { name, namespace, uid = '', resourceVersion, ownerReferences = [], finalizers = [] } = metadata;
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const owners = ownerReferences;
  return { resource, apiVersion, kind, name, namespace, uid, resourceVersion, owners, finalizers, isDeleted };
}

/** It stays until its dependents are gone. */
export function isDeletingDependents({ isDeleted, finalizers }: GraphNode): boolean {
  return isDeleted && finalizers.includes('foregroundDeletion');
}

export function isOrphaning({ isDeleted, finalizers }: GraphNode): boolean {
  return isDeleted && finalizers.includes('orphan');
}

/** It holds up the end of an owner that goes after its dependents. */
export function blocks({ owners }: GraphNode, ownerUid: string): boolean {
  return owners.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true);
}
