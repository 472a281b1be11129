import { z } from 'zod';
import type { NetworkPolicy } from '../../kubernetes/kinds/network.ts';
import { type Answer, enumerate, plural } from './answer.ts';
import { labelText, ownLabels } from './closest_labels.ts';
import { allPolicies, describePolicies, forWhom, mostNames, PolicyFacts } from './policy_list.ts';
import { closedTo, reach, reachLine, ruleLines } from './policy_reach.ts';
import { allowsDns, type Direction, labelsOfNamespace, limits, rulesOf, selectsPod } from './policy_rules.ts';
import { listPolicies, surroundings } from './policy_surroundings.ts';
import type { Surroundings } from './policy_words.ts';
import { bareName, findSubject } from './subject.ts';
import { defineTool, type Senses } from './tool.ts';
import { type FoundWorkload, findWorkload, templateOf } from './workload_lookup.ts';
import { changedText } from './writers.ts';

export const getNetworkPolicies = defineTool({
  name: 'get_network_policies',
  description: 'Shows what network policies allow a pod or workload: who may reach it, what it may reach.',
  input: z.object({ namespace: z.string(), name: z.string().optional() }),
  facts: PolicyFacts,
  aliases: { pod: 'name', workload: 'name', deployment: 'name', pod_name: 'name', policy: 'name' },
  answer: ({ namespace, name }, senses) =>
    name === undefined ? allPolicies(namespace, senses) : policiesFor(namespace, name, senses),
});

async function policiesFor(namespace: string, name: string, senses: Senses): Promise<Answer<PolicyFacts>> {
  const [found, policies] = await Promise.all([
    findWorkload({ namespace, name }, senses),
    listPolicies(namespace, senses),
  ]);
  if (!found) return withoutWorkload(namespace, name, policies, senses);
  const template = templateOf(found);
  const selecting = policies.filter(policy => selectsPod(policy, template.metadata?.labels ?? {}));
  const around = { ...(await surroundings(namespace, policies, senses)), template };
  const labels = { ...template.metadata?.labels };
  const home = { name: namespace, labels: labelsOfNamespace(namespace, around.namespaces) };
  const closed = closedTo({ labels, namespace: home }, policies, around).filter(
    each => !each.startsWith(`${found.object.metadata.name} (`),
  );
  const answer =
    selecting.length === 0
      ? nothingSelects(found, policies)
      : tell({ found, selecting, around, now: senses.clock.now() });
  if (closed.length === 0) return answer;
  const line = `It is SHUT OUT by the policies of others here: ${enumerate(closed, 8)}.`;
  const facts = { policies: [], ...answer.facts, shut_out_by: closed.slice(0, mostNames) };
  return { ...answer, facts, head: [...answer.head, line] };
}

interface Selected {
  found: FoundWorkload;
  selecting: NetworkPolicy[];
  around: Surroundings;
  now: number;
}

function tell({ found, selecting, around, now }: Selected): Answer<PolicyFacts> {
  const limited = (direction: Direction) => selecting.some(policy => limits(policy, direction));
  const [incoming, outgoing] = [limited('Ingress'), limited('Egress')];
  const dns = outgoing ? allowsDns(rulesOf(selecting, 'Egress'), around.namespaces) : true;
  const callers = incoming ? reach('Ingress', selecting, around) : undefined;
  const targets = outgoing ? reach('Egress', selecting, around) : undefined;
  const names = selecting.map(({ metadata }) => metadata.name);
  const summary = `IN is ${incoming ? 'limited' : 'open'}, OUT is ${outgoing ? 'limited' : 'open'}`;
  const head = [`${plural(selecting.length, 'policy').replace(/ys$/, 'ies')} for ${titleOf(found)}: ${summary}.`];
  if (!dns) head.push('DNS is NOT allowed out (UDP port 53 to kube-system): it can resolve no names.');
  if (templateOf(found).spec.hostNetwork)
    head.push('Its pods use the network of their node: policies do not hold them.');
  return {
    facts: {
      policies: names.slice(0, mostNames),
      ingress_limited: incoming,
      egress_limited: outgoing,
      dns_allowed: dns,
      ...(callers ? { let_in: callers.allowed.slice(0, mostNames), shut_out: callers.denied.slice(0, mostNames) } : {}),
    },
    head,
    body: [
      ...(callers
        ? [...ruleLines('Ingress', selecting, around), reachLine('IN', callers)]
        : ['IN: everything is allowed.']),
      ...(targets
        ? [...ruleLines('Egress', selecting, around), reachLine('OUT', targets)]
        : ['OUT: everything is allowed.']),
      `Policies: ${enumerate(
        selecting.map(policy => `${policy.metadata.name}, ${changedText(policy, now, ['spec'])}`),
        6,
      )}.`,
    ],
  };
}

function titleOf(found: FoundWorkload): string {
  const { namespace, name } = found.object.metadata;
  return `${found.kind} ${namespace}/${name} (${labelText(ownLabels(templateOf(found).metadata?.labels))})`;
}

function nothingSelects(found: FoundWorkload, policies: NetworkPolicy[]): Answer<PolicyFacts> {
  const others = enumerate(
    policies.map(policy => `${policy.metadata.name} for ${forWhom(policy)}`),
    6,
  );
  const head = [`No network policy selects ${titleOf(found)}: everything is allowed in and out.`];
  if (others) head.push(`Policies for others there: ${others}.`);
  return { facts: { policies: [], ingress_limited: false, egress_limited: false, dns_allowed: true }, head };
}

/** A policy may have been asked for by its own name. */
async function withoutWorkload(
  namespace: string,
  name: string,
  policies: NetworkPolicy[],
  senses: Senses,
): Promise<Answer<PolicyFacts>> {
  const policy = policies.find(({ metadata }) => metadata.name === bareName(name));
  if (policy) return describePolicies(namespace, [policy], senses);
  const subject = await findSubject(namespace, name, senses);
  if (subject.kind === 'nothing') return { head: subject.answer.head };
  return { head: [`${name} is of a kind that can't be read here: ask with the name of one of its pods.`] };
}
