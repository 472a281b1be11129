import { z } from 'zod';
import { Decision } from '../../incidents/decision.ts';
import { ListedAlert } from './alert_answer.ts';
import { components, Instant } from './answers.ts';
import { nextSchema } from './paging.ts';

export const IncidentState = z.enum([
  'open',
  'investigating',
  'deciding',
  'planned',
  'awaiting_approval',
  'refused',
  'acting',
  'verifying',
  'undoing',
  'resolved',
  'self_resolved',
  'escalated',
]);

export const FinalState = IncidentState.extract(['resolved', 'self_resolved', 'escalated']);

export const Health = z.enum(['recovered', 'failing', 'indeterminate']);

export const Subject = z
  .object({
    namespace: z.string().exactOptional(),
    kind: z.string().exactOptional(),
    name: z.string().exactOptional(),
  })
  .register(components, { id: 'Subject' });

export const Recurrence = z
  .object({
    of: z.string().describe('The incident before that had the same cause.'),
    count: z.int().describe('How many there were before, none long after the one before it.'),
  })
  .register(components, { id: 'Recurrence' });

export const FieldChange = z
  .object({ path: z.string(), before: z.string().exactOptional(), after: z.string().exactOptional() })
  .register(components, { id: 'FieldChange' });

const PatchOperation = z
  .discriminatedUnion('op', [
    z.object({ op: z.enum(['add', 'replace', 'test']), path: z.string(), value: z.unknown() }),
    z.object({ op: z.literal('remove'), path: z.string() }),
  ])
  .register(components, { id: 'PatchOperation' });

export const Plan = z
  .object({
    hash: z.string().describe('An approval names it, and is good for nothing else.'),
    action: z.string(),
    says: z.string(),
    target: z.object({
      kind: z.string(),
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      generation: z.int(),
    }),
    patch: z.array(PatchOperation),
    inverse: z.array(PatchOperation),
    changes: z.array(FieldChange).describe('What the server said that the patch would change (dry run).'),
    podsAffected: z.int(),
  })
  .register(components, { id: 'Plan' });

components.add(Decision, { id: 'Decision' });

export const IncidentAnswer = z
  .object({
    id: z.string(),
    state: IncidentState,
    title: z.string(),
    subject: Subject,
    foldKey: z.string().describe('Alerts with the same key belong to one incident while it is open.'),
    openedAt: Instant,
    closedAt: Instant.exactOptional(),
    alerts: z.array(ListedAlert).describe('The first twenty. All of them: `/api/v1/incidents/{id}/alerts`.'),
    alertCount: z.int().describe('How many alerts it has in all.'),
    firing: z.int().describe('How many of them are firing.'),
    lastAlertAt: Instant,
    namespaces: z.array(z.string()).describe('Where its alerts are, the first few dozen.'),
    because: z.string().describe('Why it is about a place, when it is.').exactOptional(),
    node: z.string().exactOptional(),
    recurrence: Recurrence.exactOptional(),
    evidence: z.array(z.string()),
    usage: z.object({ turns: z.int(), calls: z.int(), promptTokens: z.int(), completionTokens: z.int() }),
    decision: Decision.exactOptional(),
    plan: Plan.exactOptional(),
    changed: z.boolean().describe('The cluster was changed, and that was not taken back.'),
    health: Health.exactOptional(),
    summary: z.string().describe('How it ended.').exactOptional(),
    learned: z.array(z.string()),
    seq: z.int().describe('The `seq` of the last event that is in here.'),
  })
  .register(components, { id: 'Incident' });

/** What a list shows: without the alerts and the decision, which can be long. */
export const IncidentSummary = IncidentAnswer.omit({
  alerts: true,
  alertCount: true,
  decision: true,
  plan: true,
  learned: true,
  evidence: true,
})
  .extend({
    alerts: z.int().describe('How many alerts it has in all.'),
    cause: z.string().describe('What was concluded.').exactOptional(),
    plan: Plan.pick({ hash: true, says: true }).exactOptional(),
  })
  .register(components, { id: 'IncidentSummary' });
export type IncidentSummary = z.infer<typeof IncidentSummary>;

export const IncidentPage = z
  .object({ incidents: z.array(IncidentSummary), next: nextSchema })
  .register(components, { id: 'IncidentPage' });
