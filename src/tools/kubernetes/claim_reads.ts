import type { PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { KubeEvent, Pod } from '../../kubernetes/objects.ts';
import type { ClaimFacts } from './claim_state.ts';
import { mostPods, ownerOf } from './subject.ts';
import type { Senses } from './tool.ts';
import { unlessRefused } from './unless_refused.ts';

/** What there is of storage in a namespace, and who uses it. */
export interface Storage {
  claims: PersistentVolumeClaim[];
  pods: Pod[];
  classes: Map<string, StorageClass> | undefined;
  events: KubeEvent[];
}

export async function readStorage(namespace: string, { cluster, signal }: Senses): Promise<Storage> {
  const about = { namespace, fieldSelector: 'involvedObject.kind=PersistentVolumeClaim', limit: 1_000 };
  const [claims, pods, classes, events] = await Promise.all([
    cluster.list<PersistentVolumeClaim>(kinds.persistentVolumeClaim, { namespace, limit: 2_000 }, signal),
    cluster.list<Pod>(kinds.pod, { namespace, limit: mostPods, fromCache: true }, signal),
    cluster.list<StorageClass>(kinds.storageClass, { limit: 500, fromCache: true }, signal).catch(unlessRefused),
    cluster.list<KubeEvent>(kinds.event, about, signal),
  ]);
  return {
    claims: claims.items,
    pods: pods.items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed'),
    classes: classes && new Map(classes.items.map(each => [each.metadata.name, each])),
    events: events.items.filter(({ involvedObject }) => involvedObject.kind === 'PersistentVolumeClaim'),
  };
}

/** One claim by its name, or those that a pod or the pods of a workload use. */
export function claimsFor(name: string, all: Storage): Storage {
  const claims = all.claims.filter(({ metadata }) => metadata.name === name);
  const pods = all.pods.filter(
    pod => pod.metadata.name === name || ownerOf(pod).name === name || claimsOf(pod).includes(name),
  );
  if (claims.length > 0) return { ...all, claims, pods: [] };
  const used = new Set(pods.flatMap(claimsOf));
  return { ...all, pods, claims: all.claims.filter(({ metadata }) => used.has(metadata.name)) };
}

function claimsOf({ spec, metadata }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [`${metadata.name}-${name}`] : [],
  );
}

export function claimFacts(claim: PersistentVolumeClaim, { pods, classes, events }: Storage, now: number): ClaimFacts {
  const { name } = claim.metadata;
  return {
    claim,
    classes,
    users: pods.filter(pod => claimsOf(pod).includes(name)),
    events: events.filter(({ involvedObject }) => involvedObject.name === name),
    now,
  };
}

/** Claims that pods wait for and that nobody made, with those pods. */
export function missingClaims(pods: readonly Pod[], claims: readonly PersistentVolumeClaim[]): [string, string[]][] {
  const known = new Set(claims.map(({ metadata }) => metadata.name));
  const wanted = pods.flatMap(pod => claimsOf(pod).map(name => ({ name, pod: pod.metadata.name })));
  const missing = Map.groupBy(
    wanted.filter(({ name }) => !known.has(name)),
    ({ name }) => name,
  );
  return [...missing].map(([name, uses]) => [name, uses.map(({ pod }) => pod)]);
}

/** Why volumes that are bound don't come to their pods. */
export async function mountEvents(
  namespace: string,
  pods: readonly Pod[],
  { cluster, signal }: Senses,
): Promise<KubeEvent[]> {
  if (pods.length === 0) return [];
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const reasons = ['FailedMount', 'FailedAttachVolume'];
  const lists = await Promise.all(
    reasons.map(reason =>
      cluster.list<KubeEvent>(kinds.event, { namespace, fieldSelector: `reason=${reason}`, limit: 500 }, signal),
    ),
  );
  return lists.flatMap(({ items }, index) =>
    items.filter(({ reason, involvedObject }) => reason === reasons[index] && names.has(involvedObject.name)),
  );
}
