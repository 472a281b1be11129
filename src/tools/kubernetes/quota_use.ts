import { type Amount, amountOf, amountText, minus } from '../../kubernetes/kinds/amount.ts';
import type { ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import { isInScopes, resourcesCountedBy, usageOf } from '../../kubernetes/kinds/quota_usage.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { Pod } from '../../kubernetes/objects.ts';
import { formatBytes } from '../../kubernetes/quantity.ts';
import { plural } from './answer.ts';
import { mostPods, ownerOf } from './subject.ts';
import type { Senses } from './tool.ts';

/** How much of one resource a quota has given away. */
export interface QuotaUse {
  quota: string;
  /** What the quota is about when not about everything: " (only BestEffort)". */
  scope: string;
  resource: string;
  used: number;
  hard: number;
  usedText: string;
  hardText: string;
  leftText: string;
  share: number;
}

/** The tightest first. */
export function quotaUses(quotas: readonly ResourceQuota[]): QuotaUse[] {
  return quotas.flatMap(usesOf).sort((a, b) => b.share - a.share);
}

function usesOf(quota: ResourceQuota): QuotaUse[] {
  const { metadata, spec, status } = quota;
  const scopes = [...(spec.scopes ?? []), ...(spec.scopeSelector?.matchExpressions ?? []).map(scopeText)];
  const scope = scopes.length > 0 ? ` (only ${scopes.join(', ')})` : '';
  return Object.entries(spec.hard ?? status?.hard ?? {}).map(([resource, limit]) => {
    const [used, hard] = [amountOf(status?.used?.[resource]), amountOf(limit)];
    return {
      quota: metadata.name,
      scope,
      resource,
      ...{ used: numberOf(used), hard: numberOf(hard) },
      ...{ usedText: textOf(used, resource), hardText: textOf(hard, resource) },
      leftText: textOf(minus(hard, used), resource),
      share: hard.nano === 0n ? (used.nano > 0n ? 2 : 1) : numberOf(used) / numberOf(hard),
    };
  });
}

function scopeText({ scopeName, operator, values = [] }: { scopeName: string; operator: string; values?: string[] }) {
  return values.length > 0 ? `${scopeName} ${operator} ${values.join('|')}` : scopeName;
}

function numberOf({ nano }: Amount): number {
  return Number(nano) / 1e9;
}

function textOf(amount: Amount, resource: string): string {
  const isBytes = /memory|storage|hugepages/.test(resource);
  return isBytes && amount.nano > 0n ? formatBytes(numberOf(amount)) : amountText(amount);
}

/** Whose pods have most of what is tight. */
export async function topUsers(
  namespace: string,
  quotas: readonly ResourceQuota[],
  tight: readonly QuotaUse[],
  { cluster, clock, signal }: Senses,
): Promise<string[]> {
  const ofPods = tight.filter(({ resource }) => resourcesCountedBy(resource).includes('pods')).slice(0, 2);
  if (ofPods.length === 0) return [];
  const { items } = await cluster.list<Pod>(kinds.pod, { namespace, limit: mostPods, fromCache: true }, signal);
  return ofPods.flatMap(({ quota: name, resource }) => {
    const quota = quotas.find(({ metadata }) => metadata.name === name);
    if (!quota) return [];
    const amount = (pod: Pod) => usageOf('pods', pod, clock.now())[resource]?.nano ?? 0n;
    const counted = items.filter(pod => isInScopes(quota, 'pods', pod) && amount(pod) > 0n);
    const users = [...Map.groupBy(counted, pod => ownerOf(pod).text)]
      .map(([owner, pods]) => ({ owner, pods: pods.length, nano: pods.reduce((sum, pod) => sum + amount(pod), 0n) }))
      .sort((a, b) => Number(b.nano - a.nano));
    const shown = users.slice(0, 4).map(({ owner, pods, nano }) => {
      const amount = textOf({ nano, binary: true }, resource);
      return `${owner} ${amount} (${plural(pods, 'pod')})`;
    });
    return shown.length > 0 ? [`  most ${resource} is used by ${shown.join(', ')}`] : [];
  });
}
