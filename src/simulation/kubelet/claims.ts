import type { Volume } from '../../kubernetes/kinds/pods.ts';
import type { PersistentVolumeClaim } from '../../kubernetes/kinds/storage.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';

/** A claim that isn't there, or isn't bound, keeps its volume from being looked at. */
async function claimProblem(client: ApiClient, volume: Volume, namespace: string): Promise<string | undefined> {
  const name = volume.persistentVolumeClaim?.claimName;
  if (name === undefined) return undefined;
  const claim = await client.get<PersistentVolumeClaim>('persistentvolumeclaims', name, namespace);
  const title = `error processing PVC ${namespace}/${name}`;
  if (!claim) return `${title}: failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
  if (claim.metadata.deletionTimestamp !== undefined) return `${title}: PVC is being deleted`;
  return claim.status?.phase === 'Bound' ? undefined : `${title}: PVC is not bound`;
}

/** What is said of a pod whose claims aren't ready. */
export async function problemWithClaims(
  client: ApiClient,
  { metadata, spec }: Pod,
  isMounted: (volume: string) => boolean,
): Promise<string | undefined> {
  const volumes = spec.volumes ?? [];
  const problems: string[] = [];
  const failed: string[] = [];
  for (const volume of volumes) {
    const problem = await claimProblem(client, volume, metadata.namespace ?? '');
    if (problem === undefined) continue;
    problems.push(problem);
    failed.push(volume.name);
  }
  if (problems.length === 0) return undefined;
  const unmounted = volumes.map(({ name }) => name).filter(name => !isMounted(name));
  const lists = `unmounted volumes=[${unmounted.join(' ')}], unattached volumes=[], failed to process volumes=[${failed.join(' ')}]`;
  return `Unable to attach or mount volumes: ${lists}: ${problems.join('; ')}`;
}
