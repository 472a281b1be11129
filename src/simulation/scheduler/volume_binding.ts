import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { Node, Pod } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import { claimNames, isBound, type Storage, volumeFor } from './volumes.ts';

/** Tells whoever provides volumes that a claim which waits for its first pod will be used on this node. */
const selectedNode = 'volume.kubernetes.io/selected-node';

/** The claims of a pod that have no volume yet. */
export function unboundClaims(pod: Pod, storage: Storage): PersistentVolumeClaim[] {
  return claimNames(pod).flatMap(({ name }) => {
    const claim = storage.claim(pod.metadata.namespace ?? '', name);
    return claim && !isBound(claim) ? [claim] : [];
  });
}

/** Asks for volumes on this node: gives each claim a volume that is there, or has one made. */
export async function askForVolumes(
  client: ApiClient,
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  storage: Storage,
): Promise<void> {
  for (const claim of claims) {
    const { name, namespace = '', uid, resourceVersion } = claim.metadata;
    const volume = volumeFor(claim, node, storage);
    if (volume) {
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
      const body = { metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { claimRef } };
      await client.patch({ resource: 'persistentvolumes', name: volume.metadata.name }, { type: 'merge', body });
    } else {
      const body = { metadata: { uid, annotations: { [selectedNode]: node.metadata.name } } };
      await client.patch({ resource: 'persistentvolumeclaims', name, namespace }, { type: 'merge', body });
    }
  }
}
