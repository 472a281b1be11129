import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Approval, permit } from '../../src/guard/permit.ts';
import type { GuardPolicy } from '../../src/guard/policy.ts';
import { type GuardRequest, rules } from '../../src/guard/rules.ts';
import type { KubeObject } from '../../src/kubernetes/objects.ts';
import { cart, decisionFor, incidentWith, planFor } from '../support/incidents.ts';

const policy: GuardPolicy = {
  mode: 'auto',
  namespaces: ['*'],
  denyNamespaces: ['kube-*'],
  kinds: ['Deployment'],
  protectedAnnotation: 'alertwright.dev/protected',
  coolDownSeconds: 3600,
};

function object(kind: string, metadata: Partial<KubeObject['metadata']>): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'cart', namespace: 'shop', ...metadata } };
}

function request(more: Partial<GuardRequest> = {}): GuardRequest {
  return {
    incident: incidentWith(),
    decision: decisionFor({ name: 'rollback_workload', target: cart }),
    plan: planFor(),
    facts: {
      target: object('Deployment', { uid: 'uid-1', generation: 4 }),
      namespace: object('Namespace', { name: 'shop' }),
      actingIncidents: [],
      failedAttempts: [],
    },
    policy,
    ...more,
  };
}

const facts = request().facts;

const denials: [rule: string, reason: RegExp, request: GuardRequest][] = [
  ['mode', /observe mode changes nothing/, request({ policy: { ...policy, mode: 'observe' } })],
  [
    'kind',
    /expected one of the kinds Deployment, got StatefulSet/,
    request({ plan: planFor({ kind: 'StatefulSet' }) }),
  ],
  ['namespace', /kube-system is on the deny list/, request({ plan: planFor({ namespace: 'kube-system' }) })],
  ['namespace', /shop is not on the allow list/, request({ policy: { ...policy, namespaces: ['team-*'] } })],
  [
    'neighbourhood',
    /the alerts are about other, the target is in shop/,
    request({ incident: incidentWith({ namespaces: ['other'] }) }),
  ],
  ['neighbourhood', /about no namespace/, request({ incident: incidentWith({ namespaces: [] }) })],
  [
    'protected',
    /Deployment cart carries/,
    request({
      facts: {
        ...facts,
        target: object('Deployment', {
          uid: 'uid-1',
          generation: 4,
          annotations: { 'alertwright.dev/protected': 'true' },
        }),
      },
    }),
  ],
  [
    'protected',
    /Namespace shop carries/,
    request({
      facts: {
        ...facts,
        namespace: object('Namespace', { name: 'shop', annotations: { 'alertwright.dev/protected': '' } }),
      },
    }),
  ],
  [
    'evidence',
    /cites no evidence/,
    request({ decision: { ...decisionFor({ name: 'rollback_workload', target: cart }), evidence: [] } }),
  ],
  ['evidence', /cites e1, which is not in the transcript/, request({ incident: incidentWith({ evidence: ['e2'] }) })],
  ['firing', /none of the alerts is firing/, request({ incident: incidentWith({ firing: 0 }) })],
  ['fresh', /is gone/, request({ facts: { ...facts, target: undefined } })],
  [
    'fresh',
    /replaced by another/,
    request({ facts: { ...facts, target: object('Deployment', { uid: 'uid-2', generation: 4 }) } }),
  ],
  [
    'fresh',
    /changed after the plan/,
    request({ facts: { ...facts, target: object('Deployment', { uid: 'uid-1', generation: 5 }) } }),
  ],
  ['alone', /incident inc-2 is changing/, request({ facts: { ...facts, actingIncidents: ['inc-2'] } })],
  ['attempts', /inc-3 changed .+ did not help/, request({ facts: { ...facts, failedAttempts: ['inc-3'] } })],
];

test('permits what every rule lets through, and says what was checked', () => {
  const verdict = permit(request());
  expect(verdict).toMatchObject({ kind: 'permitted', permit: { plan: planFor() } });
  expect(verdict.kind === 'permitted' && verdict.checks).toHaveLength(rules.length);
});

test.each(denials)('rule %s denies: %s', (rule, reason, denied) => {
  expect(permit(denied)).toEqual({ kind: 'denied', rule, reason: expect.stringMatching(reason) });
});

test('every rule has a case in which it denies', () => {
  expect(new Set(denials.map(([rule]) => rule))).toEqual(new Set(rules.map(({ name }) => name)));
});

test('"false" takes the protection off', () => {
  const open = object('Deployment', {
    uid: 'uid-1',
    generation: 4,
    annotations: { 'alertwright.dev/protected': 'false' },
  });
  expect(permit(request({ facts: { ...facts, target: open } })).kind).toBe('permitted');
});

test('in approve mode a person has to agree to this very plan', () => {
  const asked = request({ policy: { ...policy, mode: 'approve' } });
  expect(permit(asked).kind).toBe('needs_approval');
  expect(permit(asked, { planHash: 'plan-hash', by: 'ada' })).toMatchObject({ kind: 'permitted' });
  expect(permit(asked, { planHash: 'another', by: 'ada' })).toMatchObject({ kind: 'denied', rule: 'approval' });
});

test('no approval lifts a denial', () => {
  fc.assert(
    fc.property(fc.constantFrom(...denials), fc.constantFrom('approve', 'auto'), ([rule, , denied], mode) => {
      const approval: Approval = { planHash: denied.plan.hash, by: 'ada' };
      const changed = { ...denied, policy: { ...denied.policy, mode: rule === 'mode' ? denied.policy.mode : mode } };
      expect(permit(changed as GuardRequest, approval)).toMatchObject({ kind: 'denied', rule });
    }),
  );
});

test('a pattern is no regular expression', () => {
  const strict = request({ policy: { ...policy, namespaces: ['sho.'] } });
  expect(permit(strict)).toMatchObject({ kind: 'denied', rule: 'namespace' });
  expect(permit(request({ policy: { ...policy, namespaces: ['s*p'] } })).kind).toBe('permitted');
});
