import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert } from '../../src/alerts/alert.ts';
import type { FinalState, Health, IncidentEvent, RecordedEvent } from '../../src/incidents/event.ts';
import { IllegalTransition, type Incident, illegal, isFinal, transition } from '../../src/incidents/incident.ts';
import { decisionFor, planFor } from '../support/incidents.ts';

const alert: Alert = {
  fingerprint: 'f1',
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', pod: 'cart-1' },
  annotations: {},
  startsAt: '2026-11-21T10:00:00.000Z',
};

const anyAlert = fc.constantFrom('f1', 'f2', 'f3').map((fingerprint): Alert => ({ ...alert, fingerprint }));
const word = fc.constantFrom('a', 'b', 'c');

const always = (event: IncidentEvent) => fc.constant(event);

/** Any event at all, in any order: most sequences are nonsense, and that is the point. */
const anyEvent: fc.Arbitrary<IncidentEvent> = fc.oneof(
  anyAlert.map((one): IncidentEvent => ({ type: 'opened', title: 't', subject: {}, foldKey: 'k', alerts: [one] })),
  anyAlert.map(
    (one): IncidentEvent => ({
      type: 'alerts_joined',
      count: 1,
      alerts: [one],
      namespaces: [],
      because: 'same object',
    }),
  ),
  anyAlert.map(
    ({ fingerprint, startsAt }): IncidentEvent => ({
      type: 'alerts_resolved',
      count: 1,
      alerts: [{ fingerprint, startsAt, endsAt: startsAt }],
    }),
  ),
  always({ type: 'investigation_started', model: 'm', tools: 5 }),
  fc.nat(9).map(
    (turn): IncidentEvent => ({
      type: 'model_answered',
      turn,
      asked: 1,
      text: '',
      promptTokens: 10,
      completionTokens: 2,
      ms: 1,
    }),
  ),
  fc.tuple(word, fc.boolean()).map(
    ([evidence, failed]): IncidentEvent => ({
      type: 'tool_answered',
      evidence,
      tool: 't',
      args: {},
      answer: '',
      failed,
      ms: 1,
    }),
  ),
  word.map((problem): IncidentEvent => ({ type: 'decision_rejected', problem })),
  always({ type: 'decided', decision: decisionFor({ name: 'escalate', reason: 'r' }) }),
  always({ type: 'waiting', reason: 'r', seconds: 10 }),
  always({ type: 'planned', plan: planFor() }),
  always({ type: 'plan_refused', reason: 'r' }),
  always({ type: 'permitted', mode: 'auto', checks: [] }),
  always({ type: 'denied', rule: 'r', reason: 'r' }),
  always({ type: 'approval_requested', planHash: 'h', expiresAt: alert.startsAt, reason: 'r' }),
  always({ type: 'approved', planHash: 'h', by: 'me' }),
  always({ type: 'rejected', planHash: 'h', by: 'me', reason: 'r' }),
  always({ type: 'applied', action: 'a', target: 't', changes: [], effect: 'e' }),
  fc
    .boolean()
    .map((unknown): IncidentEvent => ({ type: 'apply_failed', action: 'a', target: 't', reason: 'r', unknown })),
  always({ type: 'checked', workload: 'w', proof: 'met', alertsFiring: 0 }),
  fc
    .constantFrom<Health>('recovered', 'failing', 'indeterminate')
    .map((health): IncidentEvent => ({ type: 'verified', health, says: 's', watchedSeconds: 60 })),
  always({ type: 'undone', target: 't', changes: [], because: 'b' }),
  always({ type: 'undo_failed', target: 't', reason: 'r' }),
  fc
    .constantFrom<FinalState>('resolved', 'self_resolved', 'escalated')
    .map((state): IncidentEvent => ({ type: 'closed', state, summary: 's', learned: [] })),
);

/** Plays the events that are legal where they come, and leaves the others out. */
function play(events: readonly IncidentEvent[]): { incident: Incident | undefined; history: RecordedEvent[] } {
  const history: RecordedEvent[] = [];
  let incident: Incident | undefined;
  for (const event of events) {
    const recorded = { ...event, seq: history.length + 1, at: '2026-11-21T10:00:00.000Z', incident: 'inc-1' };
    try {
      incident = transition(incident, recorded);
      history.push(recorded);
    } catch (error) {
      if (!(error instanceof IllegalTransition)) throw error;
    }
  }
  return { incident, history };
}

const someEvents = fc.array(anyEvent, { maxLength: 80, size: 'max' });

test('replaying the events of any incident gives the same incident', () => {
  fc.assert(
    fc.property(someEvents, events => {
      const { incident, history } = play(events);
      expect(history.reduce<Incident | undefined>(transition, undefined)).toEqual(incident);
    }),
    { numRuns: 500 },
  );
});

test('every event that is taken leaves a legal incident, and every other one changes nothing', () => {
  let finals = 0;
  fc.assert(
    fc.property(someEvents, events => {
      const { incident, history } = play(events);
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
      if (!incident || !isFinal(incident.state)) return;
      finals += 1;
      const afterEnd = history.slice(history.findIndex(({ type }) => type === 'closed') + 1);
      const late = incident.state === 'escalated' ? ['alerts_resolved', 'alerts_joined'] : ['alerts_resolved'];
      expect(afterEnd.filter(({ type }) => !late.includes(type))).toEqual([]);
      if (incident.state === 'resolved') {
        expect(incident.health).toBe('recovered');
        expect(history.some(({ type }) => type === 'permitted')).toBe(true);
        expect(history.some(({ type }) => type === 'applied')).toBe(true);
      }
      if (incident.state === 'self_resolved') expect(incident.changed).toBe(false);
    }),
    { numRuns: 500 },
  );
  expect(finals).toBeGreaterThan(20);
});

test('nothing is applied that was not permitted, and nothing is permitted that was not planned for', () => {
  fc.assert(
    fc.property(someEvents, events => {
      const { history } = play(events);
      for (const [index, { type }] of history.entries()) {
        const before = history.slice(0, index).map(event => event.type);
        if (type === 'applied') expect(before).toContain('permitted');
        if (type === 'permitted') expect(before).toContain('planned');
        if (type === 'planned') expect(before).toContain('decided');
      }
    }),
    { numRuns: 500 },
  );
});

test('an illegal event says what is wrong', () => {
  const { incident } = play([{ type: 'opened', title: 't', subject: {}, foldKey: 'k', alerts: [alert] }]);
  const event: RecordedEvent = {
    type: 'applied',
    action: 'a',
    target: 't',
    changes: [],
    effect: 'e',
    seq: 2,
    at: alert.startsAt,
    incident: 'inc-1',
  };
  expect(illegal(incident!, event)).toBe("applied can't happen while open");
  expect(illegal(incident!, { ...event, seq: 9 })).toBe('expected event 2, got 9');
});
