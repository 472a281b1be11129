import { z } from 'zod';
import type { LimitRange, ResourceQuota } from '../../kubernetes/kinds/policy.ts';
import { kinds } from '../../kubernetes/kinds.ts';
import type { KubeEvent, ResourceList } from '../../kubernetes/objects.ts';
import { type Answer, plural } from './answer.ts';
import { type QuotaUse, quotaUses, topUsers } from './quota_use.ts';
import { refusalLines, refusalsIn } from './refusals.ts';
import { missingNamespace } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';

const Facts = z.object({
  quotas: z.array(
    z.object({ quota: z.string(), resource: z.string(), used: z.number(), hard: z.number(), share: z.number() }),
  ),
  limit_ranges: z.int(),
  refused: z.int().describe('creations that were refused lately'),
});
type Facts = z.infer<typeof Facts>;

export const checkResourceQuotas = defineTool({
  name: 'check_resource_quotas',
  description: 'Shows quotas and limit ranges of a namespace, what is used, and what they refused.',
  input: z.object({ namespace: z.string() }),
  facts: Facts,
  aliases: { ns: 'namespace', name: 'namespace' },
  answer: ({ namespace }, senses) => quotas(namespace, senses),
});

const tight = 0.8;
const mostEvents = 1_000;

async function quotas(namespace: string, senses: Senses): Promise<Answer<Facts>> {
  const { cluster, clock, signal } = senses;
  const [found, ranges, events] = await Promise.all([
    cluster.list<ResourceQuota>(kinds.resourceQuota, { namespace }, signal),
    cluster.list<LimitRange>(kinds.limitRange, { namespace }, signal),
    cluster.list<KubeEvent>(
      kinds.event,
      { namespace, fieldSelector: 'reason=FailedCreate', limit: mostEvents },
      signal,
    ),
  ]);
  const refusals = refusalsIn(events.items);
  const uses = quotaUses(found.items);
  const counts = { limit_ranges: ranges.items.length, refused: refusals.reduce((sum, { times }) => sum + times, 0) };
  if (uses.length + ranges.items.length === 0 && refusals.length === 0) {
    const missing = await missingNamespace(namespace, senses);
    if (missing) return { head: missing.head };
    return {
      facts: { quotas: [], ...counts },
      head: [`Namespace ${namespace} has no ResourceQuota and no LimitRange: nothing limits what is created there.`],
    };
  }
  const users = await topUsers(
    namespace,
    found.items,
    uses.filter(({ share }) => share >= tight),
    senses,
  );
  return {
    facts: {
      quotas: uses.map(({ quota, resource, used, hard, share }) => ({ quota, resource, used, hard, share })),
      ...counts,
    },
    head: [summary(namespace, uses, { ...counts, quotas: found.items.length })],
    body: [
      ...refusalLines(refusals, clock.now()),
      ...uses.filter(({ share }) => share >= tight).map(each => useLine(each)),
      ...users,
      ...restLines(uses.filter(({ share }) => share < tight)),
      ...ranges.items.map(rangeLine),
    ],
  };
}

function summary(
  namespace: string,
  uses: readonly QuotaUse[],
  { quotas: all, limit_ranges, refused }: { quotas: number; limit_ranges: number; refused: number },
): string {
  const full = uses.filter(({ share }) => share >= 1);
  const nearly = uses.filter(({ share }) => share >= tight && share < 1);
  const names = (list: readonly QuotaUse[]) => list.map(({ quota, resource }) => `${resource} (${quota})`).join(', ');
  const findings = [
    ...(refused > 0 ? [`REFUSED ${plural(refused, 'creation')} lately`] : []),
    ...(full.length > 0 ? [`USED UP: ${names(full)}`] : []),
    ...(nearly.length > 0 ? [`nearly used up: ${names(nearly)}`] : []),
  ];
  const what = `Namespace ${namespace}: ${plural(all, 'ResourceQuota')}, ${plural(limit_ranges, 'LimitRange')}`;
  if (findings.length > 0) return `${what}; ${findings.join('; ')}.`;
  return all > 0 ? `${what}; there is room in every quota.` : `${what}; no quota limits the sum.`;
}

function useLine({ quota, resource, usedText, hardText, leftText, share, scope }: QuotaUse): string {
  const left = share > 1 ? 'OVER its limit' : `${leftText} left`;
  const percent = Number.isFinite(share) ? `${Math.round(share * 100)}%, ` : '';
  return `${quota}${scope}: ${resource} ${usedText} of ${hardText} used (${percent}${left})`;
}

/** Those with room, a line a quota. */
function restLines(uses: readonly QuotaUse[]): string[] {
  return [...Map.groupBy(uses, ({ quota, scope }) => `${quota}${scope}`)].map(
    ([name, list]) =>
      `${name}: ${list.map(({ resource, usedText, hardText }) => `${resource} ${usedText} of ${hardText}`).join(', ')}`,
  );
}

function rangeLine({ metadata, spec }: LimitRange): string {
  const rules = spec.limits.map(item => {
    const parts = [
      list('at least', item.min),
      list('at most', item.max),
      list('request when none is given', item.defaultRequest),
      list('limit when none is given', item.default),
      list('limit at most so many times the request', item.maxLimitRequestRatio),
    ];
    return `each ${item.type}: ${parts.filter(part => part !== '').join('; ')}`;
  });
  return `LimitRange ${metadata.name}: ${rules.join('. ')}`;
}

function list(what: string, amounts: ResourceList = {}): string {
  const entries = Object.entries(amounts).map(([name, amount]) => `${name} ${amount}`);
  return entries.length === 0 ? '' : `${what} ${entries.join(', ')}`;
}
