import type { CronJob, DaemonSet, Job, StatefulSet } from '../../kubernetes/kinds/workloads.ts';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../kubernetes/objects.ts';
import type { ApiClient } from '../api/client.ts';
import type { SourceReport } from '../traffic/traffic.ts';
import { nameOfObject, resourceOfKind, textOf } from './object_name.ts';
import type { WorkloadState } from './workload.ts';

/** The cluster at one moment, as far as it is judged. */
export interface Snapshot {
  /** What people and agents write, by name: `Deployment shop/catalog`. What controllers write is left out. */
  written: ReadonlyMap<string, KubeObject>;
  /** By name, likewise. */
  workloads: ReadonlyMap<string, WorkloadState>;
  /** How those fare who send requests. */
  traffic: readonly SourceReport[];
}

export async function takeSnapshot(
  client: ApiClient,
  { now, traffic = [] }: { now: number; traffic?: readonly SourceReport[] },
): Promise<Snapshot> {
  const written = new Map<string, KubeObject>();
  for (const resource of Object.values(resourceOfKind)) {
    for (const object of (await client.list(resource)).items.filter(isWritten)) {
      written.set(textOf(nameOfObject(object)), object);
    }
  }
  return { written, workloads: await readWorkloads(client, now), traffic };
}

/** What the control plane and its controllers make by themselves. */
const keptByItself: readonly ((object: KubeObject) => boolean)[] = [
  ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt',
  ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'default',
  ({ kind, metadata }) => kind === 'Service' && metadata.namespace === 'default' && metadata.name === 'kubernetes',
  ({ kind, metadata }) => kind === 'PriorityClass' && metadata.name.startsWith('system-'),
  ({ metadata }) => metadata.labels?.['kubernetes.io/bootstrapping'] !== undefined,
  ({ metadata }) => metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined,
  ({ metadata }) => metadata.namespace?.startsWith('kube-') === true,
];

/** What no other object owns and the control plane doesn't keep by itself. */
function isWritten(object: KubeObject): boolean {
  const isOwned = object.metadata.ownerReferences?.some(({ controller }) => controller === true) === true;
  return !isOwned && !keptByItself.some(matches => matches(object));
}

async function readWorkloads(client: ApiClient, at: number): Promise<Map<string, WorkloadState>> {
  const read = async <T extends KubeObject>(resource: string) => (await client.list<T>(resource)).items;
  const sets = await read<ReplicaSet>('replicasets.apps');
  const jobs = await read<Job>('jobs.batch');
  const pods = await read<Pod>('pods');
  const ownerOfOwner = new Map([...sets, ...jobs].map(one => [one.metadata.uid, ownerUid(one)]));
  const podsOf = ({ metadata: { uid } }: KubeObject) =>
    pods.filter(pod => ownerUid(pod) === uid || ownerOfOwner.get(ownerUid(pod)) === uid);
  const jobsOf = ({ metadata: { uid } }: KubeObject) => jobs.filter(job => ownerUid(job) === uid);
  const states: WorkloadState[] = [
    ...(await read<Deployment>('deployments.apps')).map(object => ({
      kind: 'Deployment' as const,
      object,
      pods: podsOf(object),
    })),
    ...(await read<StatefulSet>('statefulsets.apps')).map(object => ({
      kind: 'StatefulSet' as const,
      object,
      pods: podsOf(object),
    })),
    ...(await read<DaemonSet>('daemonsets.apps')).map(object => ({
      kind: 'DaemonSet' as const,
      object,
      pods: podsOf(object),
    })),
    ...(await read<CronJob>('cronjobs.batch')).map(object => ({
      kind: 'CronJob' as const,
      object,
      pods: podsOf(object),
      jobs: jobsOf(object),
      at,
    })),
  ];
  return new Map(states.map(state => [textOf(nameOfObject(state.object)), state]));
}

function ownerUid({ metadata }: KubeObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}
