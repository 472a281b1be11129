import type { KubeObject, Pod, Service } from '../objects.ts';
import { type Amounts, amountOf, countOf } from './amount.ts';
import { podTotals } from './pod_totals.ts';
import type { ResourceQuota, ScopeRequirement } from './policy.ts';
import type { Affinity } from './scheduling.ts';

/** What objects count for in a resource quota: the same for whoever lets them in and whoever counts them later. */

const podNames = ['cpu', 'memory', 'ephemeral-storage'].flatMap(name => [name, `requests.${name}`, `limits.${name}`]);
const podResources: ReadonlySet<string> = new Set(['count/pods', 'pods', ...podNames]);
/** Resources that are counted under their own name besides `count/NAME`. */
const plainCounts: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);
const byStorageClass = /\.storageclass\.storage\.k8s\.io\/(persistentvolumeclaims|requests\.storage)$/;

/** Which of these names an object of `resource` (`pods`, `deployments.apps`) can count for. */
export function quotaNamesFor(resource: string, names: readonly string[]): string[] {
  return names.filter(name => resourcesCountedBy(name).includes(resource));
}

/** The resources whose objects count for this name. */
export function resourcesCountedBy(name: string): string[] {
  if (name.startsWith('count/')) return [name.slice('count/'.length)];
  if (podResources.has(name) || isExtended(name)) return ['pods'];
  if (['services', 'services.loadbalancers', 'services.nodeports'].includes(name)) return ['services'];
  if (['persistentvolumeclaims', 'requests.storage'].includes(name) || byStorageClass.test(name)) {
    return ['persistentvolumeclaims'];
  }
  return plainCounts.has(name) ? [name] : [];
}

function isExtended(name: string): boolean {
  return /^(requests\.)?hugepages-/.test(name) || /^requests\.[^/]+\/[^/]+$/.test(name);
}

export function usageOf(resource: string, object: KubeObject, now: number): Amounts {
  if (resource === 'pods') return podUsage(object as Pod, now);
  if (resource === 'services') return serviceUsage(object as Service);
  if (resource === 'persistentvolumeclaims') return claimUsage(object as Claim);
  return { [`count/${resource}`]: countOf(1), ...(plainCounts.has(resource) ? { [resource]: countOf(1) } : {}) };
}

/** A pod that is over, or should have been gone long ago, is only counted. */
function podUsage(pod: Pod, now: number): Amounts {
  const counted = { 'count/pods': countOf(1) };
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const isOverdue =
    deletionTimestamp !== undefined && now > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded' || isOverdue) return counted;
  return {
    ...counted,
    pods: countOf(1),
    ...computeUsage(podTotals(pod.spec, 'requests'), podTotals(pod.spec, 'limits')),
  };
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage: Amounts = {};
  for (const [name, amount] of Object.entries(requests)) {
    if (podResources.has(name) || name.startsWith('hugepages-')) usage[name] = amount;
    if (podResources.has(name) || isExtended(`requests.${name}`)) usage[`requests.${name}`] = amount;
  }
  for (const [name, amount] of Object.entries(limits)) if (podResources.has(name)) usage[`limits.${name}`] = amount;
  return usage;
}

function serviceUsage({ spec }: Service & { spec: { allocateLoadBalancerNodePorts?: boolean } }): Amounts {
  const ports: { nodePort?: number }[] = spec.ports ?? [];
  const isBalanced = spec.type === 'LoadBalancer';
  const withNodePort = ports.filter(({ nodePort }) => nodePort).length;
  const usesAll = spec.type === 'NodePort' || (isBalanced && spec.allocateLoadBalancerNodePorts !== false);
  return {
    'count/services': countOf(1),
    services: countOf(1),
    'services.nodeports': countOf(usesAll ? ports.length : isBalanced ? withNodePort : 0),
    'services.loadbalancers': countOf(isBalanced ? 1 : 0),
  };
}

type Claim = KubeObject & {
  spec?: { storageClassName?: string; resources?: { requests?: Record<string, string> } };
};

function claimUsage({ metadata, spec }: Claim): Amounts {
  const storageClass = metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName;
  const prefixes = ['', ...(storageClass ? [`${storageClass}.storageclass.storage.k8s.io/`] : [])];
  const asked = spec?.resources?.requests?.['storage'];
  const usage: Amounts = { 'count/persistentvolumeclaims': countOf(1) };
  for (const prefix of prefixes) {
    usage[`${prefix}persistentvolumeclaims`] = countOf(1);
    if (asked !== undefined) usage[`${prefix}requests.storage`] = amountOf(asked);
  }
  return usage;
}

/** Whether a quota with scopes is about this object. */
export function isInScopes({ spec }: ResourceQuota, resource: string, object: KubeObject): boolean {
  const plain = (spec.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' as const }));
  const all: ScopeRequirement[] = [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])];
  return all.every(requirement => resource === 'pods' && isInScope(requirement, object as Pod));
}

type FullPod = Pod & { spec: { activeDeadlineSeconds?: number; priorityClassName?: string } };

function isInScope(requirement: ScopeRequirement, pod: FullPod): boolean {
  const isTerminating = (pod.spec.activeDeadlineSeconds ?? -1) >= 0;
  const isBestEffort = pod.status?.qosClass === 'BestEffort';
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'PriorityClass':
      return hasPriorityClass(requirement, pod.spec.priorityClassName || undefined);
    case 'CrossNamespacePodAffinity':
      return looksAcrossNamespaces(pod.spec.affinity);
    default:
      return false;
  }
}

function hasPriorityClass({ operator, values = [] }: ScopeRequirement, name: string | undefined): boolean {
  if (operator === 'Exists') return name !== undefined;
  if (operator === 'DoesNotExist') return name === undefined;
  const listed = name !== undefined && values.includes(name);
  return operator === 'In' ? listed : !listed;
}

function looksAcrossNamespaces({ podAffinity, podAntiAffinity }: Affinity = {}): boolean {
  const terms = [podAffinity, podAntiAffinity].flatMap(part => [
    ...(part?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(part?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(
    ({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined,
  );
}
