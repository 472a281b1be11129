import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import { nameOfObject, resourceOfKind, textOf } from './object_name.ts';

/** The cluster at one moment, as far as it is judged. */
export interface Snapshot {
  /** What people and agents write, by name: `Deployment shop/catalog`. What controllers write is left out. */
  written: ReadonlyMap<string, KubeObject>;
  /** By `namespace/name`. */
  workloads: ReadonlyMap<string, WorkloadState>;
}

export interface WorkloadState {
  deployment: Deployment;
  pods: readonly Pod[];
}

export async function takeSnapshot(client: ApiClient): Promise<Snapshot> {
  const written = new Map<string, KubeObject>();
  for (const resource of Object.values(resourceOfKind)) {
    for (const object of (await client.list(resource)).items.filter(isWritten)) {
      written.set(textOf(nameOfObject(object)), object);
    }
  }
  return { written, workloads: await readWorkloads(client) };
}

/** What no other object owns and the control plane doesn't keep by itself. */
function isWritten({ kind, metadata }: KubeObject): boolean {
  const keptByItself = kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt';
  return !keptByItself && !metadata.ownerReferences?.some(({ controller }) => controller === true);
}

async function readWorkloads(client: ApiClient): Promise<Map<string, WorkloadState>> {
  const deployments = await client.list<Deployment>('deployments.apps');
  const sets = await client.list<ReplicaSet>('replicasets.apps');
  const pods = await client.list<Pod>('pods');
  const deploymentOf = new Map(sets.items.map(set => [set.metadata.uid, ownerUid(set)]));
  return new Map(
    deployments.items.map(deployment => {
      const { namespace, name, uid } = deployment.metadata;
      const own = pods.items.filter(pod => deploymentOf.get(ownerUid(pod)) === uid);
      return [`${namespace}/${name}`, { deployment, pods: own }];
    }),
  );
}

function ownerUid({ metadata }: KubeObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}
