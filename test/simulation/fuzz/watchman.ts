import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { ApiClient, WatchEvent } from '../../../src/simulation/api/client.ts';

type Kept = KubeObject & { spec?: unknown };

const counted = new Set([
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'PodDisruptionBudget',
]);

/** Sees every change of some kinds, holds what each has to obey, and keeps what a watcher would know. */
export function createWatchman(
  { client, clock }: { client: ApiClient; clock: Clock },
  resources: readonly string[],
  quota: number,
) {
  const broken: string[] = [];
  const mirrors = new Map<string, Map<string, Kept>>();
  const stops = resources.map(resource => {
    const mirror = new Map<string, Kept>();
    mirrors.set(resource, mirror);
    let newest = 0;
    return client.watch<Kept>(resource, event => {
      const { metadata } = event.object;
      const key = `${metadata.namespace ?? ''}/${metadata.name}`;
      const version = Number(metadata.resourceVersion);
      // What is there already is told in the order of names.
      if (version <= newest && event.type !== 'ADDED')
        broken.push(`${resource} ${key}: version ${version} after ${newest}`);
      newest = Math.max(newest, version);
      for (const wrong of changeProblems(event, mirror.get(key))) broken.push(`${resource} ${key}: ${wrong}`);
      if (event.type === 'DELETED') mirror.delete(key);
      else mirror.set(key, event.object);
      if (resource !== 'pods') return;
      const charged = [...(mirror as Map<string, Pod>).values()].filter(
        pod => isActive(pod) && !isOverdue(pod, clock.now()),
      );
      if (charged.length > quota) broken.push(`${charged.length} pods, and the quota is ${quota}`);
    });
  });
  return {
    broken,
    /** What a watcher knows, in the order of names. */
    known: (resource: string) =>
      [...(mirrors.get(resource) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object),
    stop: () => stops.forEach(stop => void stop()),
  };
}

function changeProblems({ type, object }: WatchEvent<Kept>, before: Kept | undefined): string[] {
  const { metadata, kind } = object;
  if (type === 'ADDED') return before ? ['it was added twice'] : [];
  if (!before) return [`${type}, and nobody knew it`];
  if (before.metadata.uid !== metadata.uid) return ['it got another uid'];
  if (type === 'DELETED' || !counted.has(kind)) return [];
  const rose = (metadata.generation ?? 0) - (before.metadata.generation ?? 0);
  const isNew =
    !isDeepStrictEqual(object.spec, before.spec) || metadata.deletionTimestamp !== before.metadata.deletionTimestamp;
  // As in Kubernetes, a Deployment counts annotations too, unless they come with a status.
  const mayRise =
    kind === 'Deployment' && !isDeepStrictEqual(metadata.annotations ?? {}, before.metadata.annotations ?? {});
  if (rose === (isNew ? 1 : 0) || (rose === 1 && mayRise)) return [];
  return [`its generation rose by ${rose}, expected ${isNew ? 1 : 0}`];
}

/** What should have been gone for long is not charged to anybody, as in Kubernetes. */
function isOverdue({ metadata }: Pod, now: number): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  return deletionTimestamp !== undefined && now > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

export function isActive({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
