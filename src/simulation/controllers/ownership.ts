import { selects } from '../../kubernetes/kinds/label_selector.ts';
import type { KubeObject, LabelSelector, OwnerReference, Pod } from '../../kubernetes/objects.ts';
import type { Cache } from './cache.ts';
import { isGone } from './gone.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(owner => owner.controller === true);
}

export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

/** The owner, when it is still the one that the reference means. */
export function ownerIn<T extends KubeObject>(cache: Cache<T>, kind: string, dependent: KubeObject): T | undefined {
  const reference = controllerOf(dependent);
  if (reference?.kind !== kind) return undefined;
  const owner = cache.get(dependent.metadata.namespace ?? '', reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

interface Owner extends KubeObject {
  spec: { selector: LabelSelector };
}

interface PodOwners<T extends KubeObject> {
  owners: Cache<T>;
  kind: string;
  onOwner(owner: T): void;
}

/**
 * Tells of whoever a pod that comes, changes or goes is the business of: its controller, the one before, and where it
 * has none, everybody whose selector it matches, who may take it in.
 */
export function followPods<T extends Owner>(pods: Cache<Pod>, { owners, kind, onOwner }: PodOwners<T>): () => void {
  function tell(pod: Pod): void {
    const owner = ownerIn(owners, kind, pod);
    if (owner) onOwner(owner);
    if (controllerOf(pod)) return;
    for (const one of owners.within(pod.metadata.namespace ?? '')) {
      if (selects(one.spec.selector, pod.metadata.labels)) onOwner(one);
    }
  }

  return pods.follow(({ object, before }) => {
    tell(object);
    if (before && controllerOf(before)?.uid !== controllerOf(object)?.uid) tell(before);
  });
}

/**
 * Those that belong to `owner`, by name. Takes in what its selector matches and nobody controls, and lets go of what no
 * longer matches: that is how a pod is set aside by changing its label. `finalizers` come with being taken in.
 */
export async function claim<T extends KubeObject>(
  cache: Cache<T>,
  owner: Owner,
  may: { adopt: (candidate: T) => boolean; finalizers?: string[] } = { adopt: () => true },
): Promise<T[]> {
  const { uid, namespace = '' } = owner.metadata;
  const fits = ({ metadata }: T) => selects(owner.spec.selector, metadata.labels);
  const claimed: T[] = [];
  for (const candidate of cache.controlledBy(uid)) {
    if (fits(candidate)) claimed.push(candidate);
    else if (isFree(candidate) && isFree(owner)) await release(cache, owner, candidate);
  }
  for (const orphan of cache.uncontrolled(namespace)) {
    if (!fits(orphan) || !isFree(orphan) || !isFree(owner) || !may.adopt(orphan)) continue;
    claimed.push(await adopt(cache, owner, orphan, may.finalizers ?? []));
  }
  return claimed.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function isFree(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp === undefined;
}

function adopt<T extends KubeObject>(cache: Cache<T>, owner: Owner, orphan: T, finalizers: string[]): Promise<T> {
  const { uid, ownerReferences = [] } = orphan.metadata;
  const metadata = {
    uid,
    ownerReferences: [...ownerReferences, controllerReference(owner)],
    ...(finalizers.length > 0 ? { finalizers: [...(orphan.metadata.finalizers ?? []), ...finalizers] } : {}),
  };
  return cache.patch(orphan, { type: 'merge', body: { metadata } });
}

async function release<T extends KubeObject>(cache: Cache<T>, owner: Owner, dependent: T): Promise<void> {
  const { uid, ownerReferences = [] } = dependent.metadata;
  const others = ownerReferences.filter(reference => reference.uid !== owner.metadata.uid);
  try {
    await cache.patch(dependent, { type: 'merge', body: { metadata: { uid, ownerReferences: others } } });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
