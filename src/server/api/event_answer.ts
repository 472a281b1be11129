import { z } from 'zod';
import { Decision } from '../../incidents/decision.ts';
import { ListedAlert } from './alert_answer.ts';
import { components, Instant } from './answers.ts';
import { FieldChange, FinalState, Health, Plan, Recurrence, Subject } from './incident_answer.ts';

const common = { seq: z.int(), at: Instant, incident: z.string() };

function event<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.object({ ...common, type: z.literal(type), ...shape });
}

const EndedAlert = z.object({
  fingerprint: z.string(),
  startsAt: Instant,
  endsAt: Instant,
  because: z.string().describe('Why it counts as over, when nobody reported it.').exactOptional(),
});
const ToolCost = z.object({
  cached: z.boolean(),
  ageMs: z.number(),
  tokens: z.int().describe("Of the model's window, about."),
  requests: z.int().exactOptional(),
  bytes: z.int().exactOptional(),
});
const written = { action: z.string(), target: z.string() };
const answered = { planHash: z.string(), by: z.string() };

/** `src/incidents/event.ts` says what each means; where the two differ, the compiler says so. */
const EventAnswer = z
  .discriminatedUnion('type', [
    event('opened', {
      title: z.string(),
      subject: Subject,
      foldKey: z.string(),
      alerts: z.array(ListedAlert),
      because: z.string().exactOptional(),
      node: z.string().exactOptional(),
      recurrence: Recurrence.exactOptional(),
    }),
    event('alerts_joined', {
      count: z.int(),
      alerts: z.array(ListedAlert).describe('The first of `count`.'),
      namespaces: z.array(z.string()),
      because: z.string(),
      storm: z.literal(true).describe('From here on it is about all that fails in its place.').exactOptional(),
    }),
    event('alerts_resolved', { count: z.int(), alerts: z.array(EndedAlert) }),
    event('investigation_started', { model: z.string(), tools: z.int() }),
    event('model_answered', {
      turn: z.int(),
      asked: z.int(),
      text: z.string(),
      promptTokens: z.int(),
      completionTokens: z.int(),
      ms: z.number(),
    }),
    event('tool_answered', {
      evidence: z.string(),
      tool: z.string(),
      args: z.record(z.string(), z.unknown()),
      answer: z.string(),
      failed: z.boolean(),
      ms: z.number(),
      cost: ToolCost.exactOptional(),
    }),
    event('decision_rejected', { problem: z.string() }),
    event('decided', { decision: Decision }),
    event('waiting', { reason: z.string(), seconds: z.number() }),
    event('planned', { plan: Plan }),
    event('plan_refused', { reason: z.string() }),
    event('permitted', { mode: z.string(), checks: z.array(z.string()) }),
    event('denied', { rule: z.string(), reason: z.string() }),
    event('approval_requested', { planHash: z.string(), expiresAt: Instant, reason: z.string() }),
    event('approved', answered),
    event('rejected', { ...answered, reason: z.string() }),
    event('applied', { ...written, changes: z.array(FieldChange), effect: z.string() }),
    event('apply_failed', { ...written, reason: z.string(), unknown: z.boolean() }),
    event('checked', {
      workload: z.string(),
      proof: z.enum(['met', 'pending', 'failing', 'unknown']),
      alertsFiring: z.int(),
    }),
    event('verified', { health: Health, says: z.string(), watchedSeconds: z.number() }),
    event('undone', { target: z.string(), changes: z.array(FieldChange), because: z.string() }),
    event('undo_failed', { target: z.string(), reason: z.string() }),
    event('closed', { state: FinalState, summary: z.string(), learned: z.array(z.string()) }),
  ])
  .register(components, { id: 'Event' });

export const EventPage = z
  .object({
    events: z.array(EventAnswer),
    next: z.int().describe('There is more: give this as `afterSeq`. Left out on the last page.').exactOptional(),
  })
  .register(components, { id: 'EventPage' });
