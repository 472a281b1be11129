import { ClusterError } from '../../kubernetes/cluster.ts';
import { amountOf } from '../../kubernetes/kinds/amount.ts';
import { matchesAnyTerm } from '../../kubernetes/kinds/node_selector.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import { isPlaced } from '../../kubernetes/node_load.ts';
import type { KubeObject, Node } from '../../kubernetes/objects.ts';
import type { ScalingTarget } from '../../kubernetes/scaling_target.ts';
import type { ScalingLimit } from './scaling_limits.ts';
import type { Senses } from './tool.ts';

export interface StorageOutlook {
  limits: ScalingLimit[];
  /** What the volumes that the pods share have against a node. */
  against(node: Node): string | undefined;
}

/** Volumes that all pods share, and claims that each pod brings. */
export async function storageOutlook(target: ScalingTarget, { cluster, signal }: Senses): Promise<StorageOutlook> {
  const shared = (target.template.spec.volumes ?? []).flatMap(each => each.persistentVolumeClaim?.claimName ?? []);
  if (shared.length + target.claimTemplates.length === 0) return { limits: [], against: () => undefined };
  const { namespace } = target;
  const [claims, volumes, classes] = await Promise.all([
    cluster.list<PersistentVolumeClaim>(kinds.persistentVolumeClaim, { namespace }, signal),
    optional(cluster.list<PersistentVolume>(kinds.persistentVolume, { fromCache: true }, signal)),
    optional(cluster.list<StorageClass>(kinds.storageClass, { fromCache: true }, signal)),
  ]);
  const used = shared.map(name => ({ name, claim: claims.items.find(({ metadata }) => metadata.name === name) }));
  const bound = used.flatMap(
    ({ claim }) => volumes.items.find(each => each.metadata.name === claim?.spec.volumeName) ?? [],
  );
  return {
    limits: [
      ...used.flatMap(({ name, claim }) => sharedLimit(name, claim, target)),
      ...target.claimTemplates.flatMap(template =>
        ownLimit(template, target, { claims: claims.items, classes: classes.items, volumes: volumes.items }),
      ),
    ],
    against(node) {
      const volume = bound.find(({ spec }) => {
        const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
        return terms !== undefined && !matchesAnyTerm(terms, node);
      });
      return volume && `out of reach of the volume of claim ${volume.spec.claimRef?.name ?? volume.metadata.name}`;
    },
  };
}

/** Who may not see volumes can still be told about nodes. */
async function optional<T extends KubeObject>(reading: Promise<{ items: T[] }>): Promise<{ items: T[] }> {
  return reading.catch(error => {
    if (error instanceof ClusterError && (error.status === 403 || error.status === 404)) return { items: [] };
    throw error;
  });
}

function sharedLimit(name: string, claim: PersistentVolumeClaim | undefined, { pods }: ScalingTarget): ScalingLimit[] {
  if (!claim) return [{ limit: 'storage', allows: 0, text: `Claim ${name}, which the pods use, does not exist.` }];
  const modes = claim.spec.accessModes ?? [];
  if (modes.includes('ReadWriteOncePod')) {
    const allows = pods.length > 0 ? 0 : 1;
    return [{ limit: 'storage', allows, text: `Claim ${name} may be used by one pod only (ReadWriteOncePod).` }];
  }
  if (modes.length > 0 && modes.every(mode => mode === 'ReadWriteOnce')) {
    const text = `All pods share claim ${name}, which is ReadWriteOnce: those on a second node will hang in ContainerCreating.`;
    return [{ limit: 'storage', text }];
  }
  return [];
}

const isDefaultClass = 'storageclass.kubernetes.io/is-default-class';

interface Storage {
  claims: readonly PersistentVolumeClaim[];
  classes: readonly StorageClass[];
  volumes: readonly PersistentVolume[];
}

/** What each pod needs for itself, when nothing will provide it. */
function ownLimit(
  { metadata, spec }: PersistentVolumeClaim,
  target: ScalingTarget,
  { claims, classes, volumes }: Storage,
): ScalingLimit[] {
  const name = spec.storageClassName;
  const found = classes.find(each =>
    name === undefined ? each.metadata.annotations?.[isDefaultClass] === 'true' : each.metadata.name === name,
  );
  const size = spec.resources?.requests?.['storage'] ?? 'some storage';
  const each = `Each pod needs a volume of ${size} (${metadata.name})`;
  if (found && found.provisioner !== 'kubernetes.io/no-provisioner') {
    return [{ limit: 'storage', text: `${each}, which class ${found.metadata.name} makes on demand.` }];
  }
  const free = volumes.filter(
    volume =>
      volume.status?.phase === 'Available' &&
      (volume.spec.storageClassName ?? '') === (name ?? '') &&
      amountOf(volume.spec.capacity?.['storage']).nano >= amountOf(spec.resources?.requests?.['storage']).nano,
  ).length;
  const why = found
    ? `class ${found.metadata.name} makes none`
    : name
      ? `class ${name} does not exist`
      : 'there is no default class';
  const kept = keptClaims(`${metadata.name}-${target.name}-`, target, claims);
  const there = kept > 0 ? `, ${kept} kept from earlier pods` : '';
  return [
    { limit: 'storage', allows: free + kept, text: `${each}: ${why}, and ${free} free volumes would do${there}.` },
  ];
}

/** Claims with a volume, whose pod is not on a node now. */
function keptClaims(prefix: string, { name, pods }: ScalingTarget, claims: readonly PersistentVolumeClaim[]): number {
  const placed = new Set(pods.filter(isPlaced).map(pod => pod.metadata.name));
  return claims.filter(
    ({ metadata, status }) =>
      status?.phase === 'Bound' &&
      metadata.name.startsWith(prefix) &&
      !placed.has(`${name}-${metadata.name.slice(prefix.length)}`),
  ).length;
}
