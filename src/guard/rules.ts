import { nameOf } from '../actions/target.ts';
import type { Decision } from '../incidents/decision.ts';
import { isQuiet } from '../incidents/firing.ts';
import type { Incident } from '../incidents/incident.ts';
import type { ActionPlan } from '../incidents/plan.ts';
import type { KubeObject } from '../kubernetes/objects.ts';
import { type GuardPolicy, matches } from './policy.ts';

/** All that the guard knows. It reads nothing itself: what it is not shown, it can't permit. */
export interface GuardRequest {
  incident: Incident;
  decision: Decision;
  plan: ActionPlan;
  facts: GuardFacts;
  policy: GuardPolicy;
}

/** Read after the plan was made. */
export interface GuardFacts {
  target: KubeObject | undefined;
  namespace: KubeObject | undefined;
  /** Other incidents that are changing the same target, or watching a change of theirs. */
  actingIncidents: readonly string[];
  /** Incidents that changed the same target within the cool-down, and did not help it. */
  failedAttempts: readonly string[];
}

export interface Rule<R = GuardRequest> {
  name: string;
  check(request: R): Finding;
}

type PolicyRequest = Pick<GuardRequest, 'plan' | 'policy'>;

/** What is asked again right before a write: it needs no more than a fresh look at the target. */
export interface WriteRequest extends PolicyRequest {
  facts: Pick<GuardFacts, 'target' | 'namespace'>;
}

export type Finding = { ok: true; says: string } | { ok: false; reason: string };

const pass = (says: string): Finding => ({ ok: true, says });
const deny = (reason: string): Finding => ({ ok: false, reason });

const mode: Rule<PolicyRequest> = {
  name: 'mode',
  check: ({ policy, plan }) =>
    policy.mode === 'observe'
      ? deny(`observe mode changes nothing; it would have: ${plan.says}`)
      : pass(`mode ${policy.mode}`),
};

const kind: Rule<PolicyRequest> = {
  name: 'kind',
  check: ({ plan, policy }) =>
    policy.kinds.includes(plan.target.kind)
      ? pass(`kind ${plan.target.kind}`)
      : deny(`expected one of the kinds ${policy.kinds.join(', ')}, got ${plan.target.kind}`),
};

const namespace: Rule<PolicyRequest> = {
  name: 'namespace',
  check({ plan: { target }, policy }) {
    if (matches(policy.denyNamespaces, target.namespace))
      return deny(`namespace ${target.namespace} is on the deny list`);
    if (!matches(policy.namespaces, target.namespace))
      return deny(`namespace ${target.namespace} is not on the allow list`);
    return pass(`namespace ${target.namespace}`);
  },
};

const neighbourhood: Rule = {
  name: 'neighbourhood',
  check({ incident, plan: { target } }) {
    const { namespaces: known } = incident;
    if (known.includes(target.namespace)) return pass('where the alerts are');
    return deny(
      `the alerts are about ${known.length > 0 ? known.join(', ') : 'no namespace'}, the target is in ${target.namespace}`,
    );
  },
};

const unprotected: Rule<WriteRequest> = {
  name: 'protected',
  check({ facts, policy, plan }) {
    const guarded = [facts.target, facts.namespace].find(object => isProtected(object, policy.protectedAnnotation));
    if (!guarded) return pass('not protected');
    return deny(
      `${guarded.kind} ${guarded.metadata.name} carries ${policy.protectedAnnotation}: hands off ${nameOf(plan.target)}`,
    );
  },
};

function isProtected(object: KubeObject | undefined, annotation: string): boolean {
  const value = object?.metadata.annotations?.[annotation];
  return value !== undefined && value !== 'false';
}

const grounded: Rule = {
  name: 'evidence',
  check({ decision, incident }) {
    const cited = decision.evidence.map(({ id }) => id);
    const unknown = cited.filter(id => !incident.evidence.includes(id));
    if (cited.length === 0) return deny('the decision cites no evidence');
    if (unknown.length > 0) return deny(`the decision cites ${unknown.join(', ')}, which is not in the transcript`);
    return pass(`evidence ${cited.join(', ')} exists`);
  },
};

const firing: Rule = {
  name: 'firing',
  check({ incident }) {
    return isQuiet(incident) ? deny('none of the alerts is firing any more') : pass('still firing');
  },
};

const fresh: Rule = {
  name: 'fresh',
  check({ facts, plan: { target } }) {
    const now = facts.target?.metadata;
    if (!now) return deny(`${nameOf(target)} is gone`);
    if (now.uid !== target.uid) return deny(`${nameOf(target)} was replaced by another object of that name`);
    if (now.generation !== target.generation) return deny(`${nameOf(target)} was changed after the plan was made`);
    return pass('unchanged since the plan');
  },
};

const alone: Rule = {
  name: 'alone',
  check: ({ facts, plan }) =>
    facts.actingIncidents.length === 0
      ? pass('nobody else acts on it')
      : deny(`incident ${facts.actingIncidents[0]} is changing ${nameOf(plan.target)} already`),
};

const attempts: Rule = {
  name: 'attempts',
  check: ({ facts, plan }) =>
    facts.failedAttempts.length === 0
      ? pass('no failed attempt lately')
      : deny(`incident ${facts.failedAttempts[0]} changed ${nameOf(plan.target)} lately, and it did not help`),
};

/** What operator and owner say about the object, whatever the incident is. */
export const writeRules: readonly Rule<WriteRequest>[] = [mode, kind, namespace, unprotected];

/** In this order; the first denial is the reason. */
export const rules: readonly Rule[] = [...writeRules, neighbourhood, grounded, firing, fresh, alone, attempts];
