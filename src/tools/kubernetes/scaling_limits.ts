import { ClusterError } from '../../kubernetes/cluster.ts';
import { type Amounts, amountOf, amountText, minus, sumOf } from '../../kubernetes/kinds/amount.ts';
import type { HorizontalPodAutoscaler } from '../../kubernetes/kinds/autoscaling.ts';
import { matchesAnyTerm } from '../../kubernetes/kinds/node_selector.ts';
import type { ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import { isInScopes, usageOf } from '../../kubernetes/kinds/quota_usage.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../kubernetes/kinds/storage.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { KubeObject, Node, Pod } from '../../kubernetes/objects.ts';
import type { ScalingTarget } from '../../kubernetes/scaling_target.ts';
import type { Senses } from './tool.ts';

/** Something besides the nodes that bounds how many pods there can be. */
export interface ScalingLimit {
  limit: 'quota' | 'autoscaler' | 'storage';
  /** How many further pods it allows; nothing when it only has something to say. */
  allows?: number;
  text: string;
}

/** By each quota that is about these pods, or about the claims that they bring. */
export function quotaLimits(
  target: ScalingTarget,
  pod: Pod,
  quotas: readonly ResourceQuota[],
  now: number,
): ScalingLimit[] {
  const claims = target.claimTemplates.map(template => usageOf('persistentvolumeclaims', template, now));
  return quotas.flatMap(quota => {
    const isMeant = isInScopes(quota, 'pods', withClass(pod));
    const ofPod = isMeant ? usageOf('pods', pod, now) : {};
    const unsaid = isMeant ? unsaidBy(pod, quota) : undefined;
    if (unsaid !== undefined) return [unsaid];
    const ofClaims = quota.spec.scopes || quota.spec.scopeSelector ? [] : claims;
    return limitOf(quota, ofClaims.reduce(sumOf, ofPod));
  });
}

/** A quota of these refuses pods with a container that doesn't say how much it wants. */
const toBeSaid = /^(?:(requests|limits)\.)?(cpu|memory)$/;

function unsaidBy({ spec }: Pod, { metadata, spec: { hard } }: ResourceQuota): ScalingLimit | undefined {
  for (const name of Object.keys(hard ?? {})) {
    const [, part = 'requests', resource = ''] = toBeSaid.exec(name) ?? [];
    const silent = [...spec.containers, ...(spec.initContainers ?? [])].find(
      ({ resources }) => resources?.[part as 'requests' | 'limits']?.[resource] === undefined,
    );
    if (resource === '' || !silent) continue;
    const text = `Quota ${metadata.name} refuses every pod: container ${silent.name} must specify ${part}.${resource}.`;
    return { limit: 'quota', allows: 0, text };
  }
  return undefined;
}

/** Which class of service the pod is in decides whether some quotas are about it. */
function withClass(pod: Pod): Pod {
  const asks = pod.spec.containers.some(
    ({ resources }) => Object.keys({ ...resources?.requests, ...resources?.limits }).length > 0,
  );
  return { ...pod, status: { phase: 'Pending', qosClass: asks ? 'Burstable' : 'BestEffort' } };
}

/** The tightest of its resources. */
function limitOf({ metadata, spec, status }: ResourceQuota, each: Amounts): ScalingLimit[] {
  const counted = Object.entries(spec.hard ?? {}).flatMap(([name, hard]) => {
    const one = each[name];
    if (!one || one.nano <= 0n) return [];
    const used = amountOf(status?.used?.[name]);
    const left = minus(amountOf(hard), used).nano;
    const allows = left <= 0n ? 0 : Number(left / one.nano);
    return [{ allows, text: `${name} ${amountText(used)} of ${hard} used, ${amountText(one)} a pod` }];
  });
  const [tightest] = counted.sort((a, b) => a.allows - b.allows);
  if (!tightest) return [];
  const { allows, text } = tightest;
  return [{ limit: 'quota', allows, text: `Quota ${metadata.name} allows ${allows} further pods (${text}).` }];
}

export function autoscalerLimit(
  { kind, name, pods }: ScalingTarget,
  wanted: number,
  autoscalers: readonly HorizontalPodAutoscaler[],
): ScalingLimit[] {
  const hpa = autoscalers.find(({ spec: { scaleTargetRef: ref } }) => ref.kind === kind && ref.name === name);
  if (!hpa) return [];
  const { minReplicas: min = 1, maxReplicas: max } = hpa.spec;
  const bounds = `HPA ${hpa.metadata.name} scales it between ${min} and ${max}`;
  const fate = wanted > max ? `would set ${wanted} back to ${max}` : 'sets the number itself by its metrics';
  return [{ limit: 'autoscaler', allows: Math.max(0, max - pods.length), text: `${bounds}: it ${fate}.` }];
}

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
      ...target.claimTemplates.flatMap(template => ownLimit(template, classes.items, volumes.items)),
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

/** What each pod needs for itself, when nothing will provide it. */
function ownLimit(
  { metadata, spec }: PersistentVolumeClaim,
  classes: readonly StorageClass[],
  volumes: readonly PersistentVolume[],
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
  return [{ limit: 'storage', allows: free, text: `${each}: ${why}, and ${free} free volumes would do.` }];
}
