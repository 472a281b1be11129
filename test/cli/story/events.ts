import type { IncidentEvent, RecordedEvent } from '../../../src/incidents/event.ts';
import { alertFor, cart, planFor } from '../../support/incidents.ts';

const start = Date.parse('2026-11-21T10:00:00.000Z');

/** Numbers the events of one incident, each at its second. */
export function recorded(incident: string, ...events: [second: number, event: IncidentEvent][]): RecordedEvent[] {
  return events.map(([second, event], index) => ({
    seq: index + 1,
    at: new Date(start + second * 1000).toISOString(),
    incident,
    ...event,
  }));
}

const alert = alertFor(
  { namespace: 'shop', deployment: 'cart', alertname: 'DeploymentReplicasUnavailable', severity: 'critical' },
  { annotations: { summary: 'Deployment shop/cart has been short of replicas for 2 minutes' } },
);

export const opened: IncidentEvent = {
  type: 'opened',
  title: alert.annotations['summary']!,
  subject: cart,
  foldKey: 'k',
  alerts: [alert],
};

const changes = [
  {
    path: 'spec.template.spec.containers[cart].image',
    before: 'registry.example/shop/cart:2.5.0',
    after: 'registry.example/shop/cart:2.4.1',
  },
  { path: 'spec.template.spec.containers[cart].env[CACHE].value', before: 'on' },
];

export const investigated: [number, IncidentEvent][] = [
  [0, opened],
  [0, { type: 'investigation_started', model: 'scripted-diagnostician', tools: 5 }],
  [1, { type: 'model_answered', turn: 1, asked: 2, text: '', promptTokens: 1200, completionTokens: 60, ms: 8 }],
  [
    1,
    {
      type: 'tool_answered',
      evidence: 'e1',
      tool: 'get_pod_status',
      args: { namespace: 'shop', name: 'cart' },
      answer:
        'Deployment shop/cart: 2 of 3 replicas ready.\n1 pod cart-7d9f8b6c5-x2x4z: ImagePullBackOff: "registry.example/shop/cart:2.5.0": not found\n2 pods are well',
      failed: false,
      ms: 12,
    },
  ],
  [
    1,
    {
      type: 'tool_answered',
      evidence: 'e2',
      tool: 'get_pod_logs',
      args: { namespace: 'shop', name: 'cart', previous: true },
      answer: '\u001b[31mno pod of cart has ended before',
      failed: true,
      ms: 3,
    },
  ],
  [2, { type: 'model_answered', turn: 2, asked: 0, text: '{}', promptTokens: 1500, completionTokens: 220, ms: 2300 }],
];

export const fixed: RecordedEvent[] = recorded(
  'inc-4d7a',
  ...investigated,
  [
    2,
    {
      type: 'decided',
      decision: {
        rootCause: { summary: 'Revision 5 names an image tag that the registry does not have.', object: cart },
        evidence: [{ id: 'e1', says: 'the only pod of revision 5 waits in ImagePullBackOff: not found' }],
        action: { name: 'rollback_workload', target: cart },
        considered: [
          { option: 'restart_workload', rejectedBecause: 'a new pod would ask the registry for the same image' },
        ],
      },
    },
  ],
  [2, { type: 'planned', plan: { ...planFor(), hash: '8c1fe2a07b34d911', changes } }],
  [
    2,
    {
      type: 'permitted',
      mode: 'auto',
      checks: [
        'mode auto',
        'kind Deployment',
        'namespace shop',
        'where the alerts are',
        'not protected',
        'evidence e1 exists',
        'still firing',
        'unchanged since the plan',
        'nobody else acts on it',
      ],
    },
  ],
  [3, { type: 'applied', action: 'rollback_workload', target: 'Deployment shop/cart', changes, effect: 'f' }],
  [13, { type: 'checked', workload: '2 of 3 replicas ready', proof: 'pending', alertsFiring: 1 }],
  [33, { type: 'checked', workload: '3 of 3 replicas ready, all of revision 6', proof: 'met', alertsFiring: 1 }],
  [
    45,
    {
      type: 'alerts_resolved',
      count: 1,
      alerts: [{ fingerprint: alert.fingerprint, startsAt: alert.startsAt, endsAt: '2026-11-21T10:00:45.000Z' }],
    },
  ],
  [53, { type: 'checked', workload: '3 of 3 replicas ready, all of revision 6', proof: 'met', alertsFiring: 0 }],
  [
    113,
    {
      type: 'verified',
      health: 'recovered',
      says: '3 of 3 replicas ready, all of revision 6; no alert is firing',
      watchedSeconds: 110,
    },
  ],
  [
    113,
    {
      type: 'closed',
      state: 'resolved',
      summary: 'roll Deployment shop/cart back to the revision before: 3 of 3 replicas ready; no alert is firing',
      learned: [],
    },
  ],
);
