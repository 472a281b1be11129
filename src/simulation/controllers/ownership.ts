import type { KubeObject, LabelSelector, OwnerReference } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import { matchesSelector } from '../label_selector.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(owner => owner.controller === true);
}

export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

/**
 * Those of `candidates` that belong to `owner`. Takes in what its selector matches and nobody controls, and lets go of
 * what no longer matches: that is how a pod is set aside by changing its label.
 */
export async function claim<T extends KubeObject>(
  client: ApiClient,
  resource: string,
  owner: KubeObject & { spec: { selector: LabelSelector } },
  candidates: T[],
): Promise<T[]> {
  const claimed: T[] = [];
  for (const candidate of candidates) {
    const controller = controllerOf(candidate);
    const fits = matchesSelector(owner.spec.selector, candidate.metadata.labels);
    if (controller?.uid === owner.metadata.uid) {
      if (fits) claimed.push(candidate);
      else if (candidate.metadata.deletionTimestamp === undefined) await setController(client, resource, candidate);
    } else if (!controller && fits && isFree(candidate) && isFree(owner)) {
      claimed.push(await setController(client, resource, candidate, owner));
    }
  }
  return claimed;
}

function isFree(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp === undefined;
}

async function setController<T extends KubeObject>(client: ApiClient, resource: string, object: T, owner?: KubeObject) {
  const { name, namespace, uid, ownerReferences = [] } = object.metadata;
  const others = ownerReferences.filter(reference => reference.controller !== true);
  const references = owner ? [...others, controllerReference(owner)] : others;
  return client.patch<T>(
    { resource, name, ...(namespace === undefined ? {} : { namespace }) },
    { type: 'merge', body: { metadata: { uid, ownerReferences: references } } },
  );
}
