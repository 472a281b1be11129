import type { KubeObject, LabelSelector, OwnerReference } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(owner => owner.controller === true);
}

export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true };
}

function matches(selector: LabelSelector, labels: Record<string, string> = {}): boolean {
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return exact && (selector.matchExpressions ?? []).every(expression => matchesExpression(expression, labels));
}

function matchesExpression(
  { key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number],
  labels: Record<string, string>,
): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const listed = value !== undefined && values.includes(value);
  return operator === 'In' ? listed : !listed;
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
    const fits = matches(owner.spec.selector, candidate.metadata.labels);
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
