import type { Alert } from '../../src/alerts/alert.ts';
import type { Decision } from '../../src/incidents/decision.ts';
import type { Incident } from '../../src/incidents/incident.ts';
import type { ActionPlan } from '../../src/incidents/plan.ts';

/** Values that tests start from and change where they look. */
export const cart = { kind: 'Deployment', namespace: 'shop', name: 'cart' };

export function decisionFor(action: Decision['action']): Decision {
  return {
    rootCause: { summary: 'the image does not exist', object: cart },
    evidence: [{ id: 'e1', says: 'the image can not be pulled' }],
    action,
    considered: [],
  };
}

export function planFor(target: Partial<ActionPlan['target']> = {}): ActionPlan {
  return {
    hash: 'plan-hash',
    action: 'rollback_workload',
    says: 'roll Deployment shop/cart back to the revision before',
    target: { ...cart, uid: 'uid-1', generation: 4, ...target },
    patch: [{ op: 'replace', path: '/spec/template', value: {} }],
    inverse: [],
    changes: [{ path: 'spec.template', before: 'a', after: 'b' }],
    podsAffected: 2,
  };
}

export function alertFor(labels: Record<string, string>, more: Partial<Alert> = {}): Alert {
  return {
    fingerprint: 'f1',
    status: 'firing',
    labels: { alertname: 'KubePodCrashLooping', ...labels },
    annotations: {},
    startsAt: '2026-11-21T10:00:00.000Z',
    ...more,
  };
}

export function incidentWith(more: Partial<Incident> = {}): Incident {
  return {
    id: 'inc-1',
    state: 'deciding',
    title: 'pods crash',
    subject: cart,
    foldKey: 'k',
    openedAt: '2026-11-21T10:00:00.000Z',
    alerts: [alertFor({ namespace: 'shop', pod: 'cart-1' })],
    alertCount: 1,
    firing: 1,
    lastAlertAt: '2026-11-21T10:00:00.000Z',
    namespaces: ['shop'],
    evidence: ['e1', 'e2'],
    usage: { turns: 1, calls: 2, promptTokens: 100, completionTokens: 10 },
    changed: false,
    learned: [],
    seq: 5,
    ...more,
  };
}
