import type { PersistentVolume, PersistentVolumeClaim } from '../../../src/kubernetes/kinds/storage.ts';
import type { KubeObject, Pod, ReplicaSet, Service } from '../../../src/kubernetes/objects.ts';
import { isActive } from './watchman.ts';

type Known = (resource: string) => KubeObject[];

const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name).join(', ');
const ownerOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.find(({ controller }) => controller === true);

/** What has to hold at every moment. */
export function problemsNow(known: Known): string[] {
  return [...daemonProblems(known), ...volumeProblems(known), ...addressProblems(known)];
}

function daemonProblems(known: Known): string[] {
  const pods = (known('pods') as Pod[]).filter(pod => isActive(pod) && pod.metadata.deletionTimestamp === undefined);
  const daemons = pods.filter(pod => ownerOf(pod)?.kind === 'DaemonSet' && pod.spec.nodeName !== undefined);
  return shared(daemons, pod => `${ownerOf(pod)?.uid} on ${pod.spec.nodeName}`);
}

function volumeProblems(known: Known): string[] {
  const volumes = known('persistentvolumes') as PersistentVolume[];
  const bound = (known('persistentvolumeclaims') as PersistentVolumeClaim[]).filter(
    ({ status }) => status?.phase === 'Bound',
  );
  const strangers = bound.filter(claim => {
    const volume = volumes.find(({ metadata }) => metadata.name === claim.spec.volumeName);
    return volume?.spec.claimRef?.uid !== claim.metadata.uid;
  });
  return [
    ...shared(bound, ({ spec }) => `volume ${spec.volumeName}`),
    ...strangers.map(({ metadata }) => `claim ${metadata.name} is bound to a volume that is not its own`),
  ];
}

function addressProblems(known: Known): string[] {
  return shared(known('services') as Service[], ({ spec }) =>
    spec.clusterIP === undefined || spec.clusterIP === 'None' ? undefined : `address ${spec.clusterIP}`,
  );
}

function shared<T extends KubeObject>(objects: T[], by: (object: T) => string | undefined): string[] {
  const groups = Map.groupBy(objects, by);
  return [...groups].flatMap(([key, group]) =>
    key !== undefined && group.length > 1 ? [`${key}: ${names(group)}`] : [],
  );
}

/** What has to hold when nobody has done anything for a while. */
export function problemsAtRest(known: Known, resources: readonly string[]): string[] {
  const all = resources.flatMap(known);
  const uids = new Set(all.map(({ metadata }) => metadata.uid));
  const orphans = all.filter(
    ({ metadata: { ownerReferences: owners = [] } }) => owners.length > 0 && !owners.some(({ uid }) => uids.has(uid)),
  );
  const pods = known('pods') as Pod[];
  return [
    ...orphans.map(({ kind, metadata }) => `${kind} ${metadata.name} outlived its owner`),
    ...(known('replicasets.apps') as ReplicaSet[]).flatMap(set => setProblems(set, pods)),
  ];
}

function setProblems({ metadata, spec, status }: ReplicaSet, pods: Pod[]): string[] {
  if (metadata.deletionTimestamp !== undefined) return [];
  const own = pods.filter(pod => ownerOf(pod)?.uid === metadata.uid && isActive(pod));
  const active = own.filter(pod => pod.metadata.deletionTimestamp === undefined).length;
  const refused = status?.conditions?.some(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
  const wanted = spec.replicas ?? 1;
  if (active === wanted || (refused && active < wanted)) return [];
  return [`ReplicaSet ${metadata.name} has ${active} pods, expected ${wanted}`];
}
