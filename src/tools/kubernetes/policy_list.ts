import { z } from 'zod';
import type { NetworkPolicy } from '../../kubernetes/kinds/network.ts';
import { selectorText } from '../../kubernetes/workload.ts';
import { type Answer, plural } from './answer.ts';
import { ruleLines } from './policy_reach.ts';
import { limits, selectsPod } from './policy_rules.ts';
import { listPolicies, surroundings } from './policy_surroundings.ts';
import { missingNamespace } from './subject.ts';
import type { Senses } from './tool.ts';
import { changedText } from './writers.ts';

export const PolicyFacts = z.object({
  policies: z.array(z.string()),
  ingress_limited: z.boolean().optional(),
  egress_limited: z.boolean().optional(),
  dns_allowed: z.boolean().optional(),
  let_in: z.array(z.string()).optional(),
  shut_out: z.array(z.string()).optional(),
  shut_out_by: z.array(z.string()).optional(),
});
export type PolicyFacts = z.infer<typeof PolicyFacts>;

export const mostNames = 20;

export function forWhom({ spec }: NetworkPolicy): string {
  return selectorText(spec.podSelector ?? {}) || 'all pods';
}

/** All policies of a namespace, whomever they are for. */
export async function allPolicies(namespace: string, senses: Senses): Promise<Answer<PolicyFacts>> {
  const policies = await listPolicies(namespace, senses);
  if (policies.length > 0) return describePolicies(namespace, policies, senses);
  const missing = await missingNamespace(namespace, senses);
  if (missing) return { head: missing.head };
  const head = [`No network policies in ${namespace}: everything is allowed in and out of all its pods.`];
  return { facts: { policies: [] }, head };
}

export async function describePolicies(
  namespace: string,
  policies: NetworkPolicy[],
  senses: Senses,
): Promise<Answer<PolicyFacts>> {
  const around = await surroundings(namespace, policies, senses);
  const now = senses.clock.now();
  const blocks = policies.map(policy => {
    const lines = (['Ingress', 'Egress'] as const).flatMap(direction =>
      limits(policy, direction) ? ruleLines(direction, [policy], around) : [],
    );
    const selected = around.pods.filter(pod => selectsPod(policy, pod.metadata.labels ?? {})).length;
    const title = `${policy.metadata.name} for ${forWhom(policy)} (${plural(selected, 'pod')}), ${changedText(policy, now, ['spec'])}:`;
    return [title, ...lines.map(line => `  ${line}`)].join('\n');
  });
  return {
    facts: { policies: policies.map(({ metadata }) => metadata.name).slice(0, mostNames) },
    head: [
      `Network policies in ${namespace}: ${policies.length === 1 ? policies[0]!.metadata.name : policies.length}.`,
    ],
    body: blocks,
    more: 'ask with the name of a workload to see those for it',
  };
}
