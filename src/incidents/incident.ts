import type { Alert } from '../alerts/alert.ts';
import { type AlertSubject, namespaceOf } from '../alerts/subject.ts';
import { definedOf } from '../lib/defined.ts';
import { listed, withEnded, withJoined } from './alert_list.ts';
import type { Decision } from './decision.ts';
import type { EventType, FinalState, Health, IncidentEvent, RecordedEvent, Recurrence } from './event.ts';
import type { ActionPlan } from './plan.ts';

/** Where an incident stands. The last three are final. */
export type IncidentState =
  | 'open'
  | 'investigating'
  | 'deciding'
  | 'planned'
  | 'awaiting_approval'
  | 'refused'
  | 'acting'
  | 'verifying'
  | 'undoing'
  | FinalState;

/** What the events of an incident add up to. Built by `transition` and by nothing else. */
export interface Incident {
  id: string;
  state: IncidentState;
  title: string;
  subject: AlertSubject;
  foldKey: string;
  openedAt: string;
  closedAt?: string;
  /** Some of its alerts: a storm has thousands. */
  alerts: Alert[];
  /** How many there are in all, and how many of them are firing. */
  alertCount: number;
  firing: number;
  /** When the last one came. */
  lastAlertAt: string;
  /** Where they are, the first few dozen. */
  namespaces: string[];
  /** Why it is about a place, when it is. */
  because?: string;
  node?: string;
  recurrence?: Recurrence;
  /** The ids that a decision can cite: of tool calls that got an answer. */
  evidence: string[];
  usage: { turns: number; calls: number; promptTokens: number; completionTokens: number };
  decision?: Decision;
  plan?: ActionPlan;
  /** Set once the cluster was changed, and cleared when that was taken back. */
  changed: boolean;
  health?: Health;
  summary?: string;
  learned: string[];
  /** The `seq` of the last event that is in here. */
  seq: number;
}

const finalStates: readonly IncidentState[] = ['resolved', 'self_resolved', 'escalated'];

export function isFinal(state: IncidentState): state is FinalState {
  return finalStates.includes(state);
}

const unfinished: readonly IncidentState[] = [
  'open',
  'investigating',
  'deciding',
  'planned',
  'awaiting_approval',
  'refused',
  'acting',
  'verifying',
  'undoing',
];

/** In which states each event may happen. `opened` comes first or never. */
const allowedIn: Record<EventType, readonly IncidentState[]> = {
  opened: [],
  alerts_joined: [...unfinished, 'escalated'],
  alerts_resolved: [...unfinished, ...finalStates],
  investigation_started: ['open'],
  model_answered: ['investigating'],
  tool_answered: ['investigating'],
  decision_rejected: ['investigating'],
  decided: ['investigating'],
  waiting: ['deciding'],
  planned: ['deciding'],
  plan_refused: ['deciding'],
  permitted: ['planned', 'awaiting_approval'],
  denied: ['planned', 'awaiting_approval'],
  approval_requested: ['planned'],
  approved: ['awaiting_approval'],
  rejected: ['awaiting_approval'],
  applied: ['acting'],
  apply_failed: ['acting'],
  checked: ['verifying'],
  verified: ['verifying'],
  undone: ['undoing'],
  undo_failed: ['undoing'],
  closed: unfinished,
};

export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
}

/** The incident after the event. Pure: replaying all events of an incident gives the same incident. */
export function transition(incident: Incident | undefined, event: RecordedEvent): Incident {
  if (!incident) return open(event);
  const problem = illegal(incident, event);
  if (problem) throw new IllegalTransition(`incident ${incident.id}: ${problem}`);
  return { ...incident, ...effectOf(incident, event), seq: event.seq };
}

/** Why the event can't follow; `undefined` when it can. */
export function illegal(incident: Incident, event: RecordedEvent): string | undefined {
  if (event.seq !== incident.seq + 1) return `expected event ${incident.seq + 1}, got ${event.seq}`;
  if (!allowedIn[event.type].includes(incident.state)) return `${event.type} can't happen while ${incident.state}`;
  if (event.type === 'alerts_resolved' && event.count > incident.firing)
    return `${event.count} alerts can't resolve while ${incident.firing} are firing`;
  return event.type === 'closed' ? illegalClose(incident, event.state) : undefined;
}

/** `resolved` is earned by a verified recovery and by nothing else. */
function illegalClose(incident: Incident, state: FinalState): string | undefined {
  if (state === 'resolved' && (incident.health !== 'recovered' || !incident.changed))
    return 'closing as resolved needs a change that was verified as recovered';
  if (state === 'self_resolved' && incident.changed) return 'closing as self_resolved needs an untouched cluster';
  if (incident.state === 'undoing' && state !== 'escalated') return 'an undone incident goes to a person';
  return undefined;
}

function open(event: RecordedEvent): Incident {
  if (event.type !== 'opened' || event.seq !== 1)
    throw new IllegalTransition(
      `incident ${event.incident}: expected opened as event 1, got ${event.type} as ${event.seq}`,
    );
  const { title, subject, foldKey, alerts, because, node, recurrence } = event;
  return {
    id: event.incident,
    state: 'open',
    title,
    subject,
    foldKey,
    openedAt: event.at,
    alerts: listed([], alerts),
    alertCount: alerts.length,
    firing: alerts.filter(({ status }) => status === 'firing').length,
    lastAlertAt: event.at,
    namespaces: [...new Set(alerts.map(namespaceOf).filter(name => name !== undefined))],
    ...definedOf({ because, node, recurrence }),
    evidence: [],
    usage: { turns: 0, calls: 0, promptTokens: 0, completionTokens: 0 },
    changed: false,
    learned: [],
    seq: 1,
  };
}

function effectOf(incident: Incident, event: IncidentEvent & { at: string }): Partial<Incident> {
  switch (event.type) {
    case 'alerts_joined':
      return withJoined(incident, event);
    case 'alerts_resolved':
      return withEnded(incident, event);
    case 'investigation_started':
      return { state: 'investigating' };
    case 'model_answered':
      return { usage: addTurn(incident.usage, event) };
    case 'tool_answered':
      return {
        evidence: event.failed ? incident.evidence : [...incident.evidence, event.evidence],
        usage: { ...incident.usage, calls: incident.usage.calls + 1 },
      };
    case 'decided':
      return { state: 'deciding', decision: event.decision };
    case 'planned':
      return { state: 'planned', plan: event.plan };
    case 'approval_requested':
      return { state: 'awaiting_approval' };
    case 'permitted':
      return { state: 'acting' };
    case 'plan_refused':
    case 'denied':
    case 'rejected':
      return { state: 'refused' };
    case 'applied':
      return { state: 'verifying', changed: true };
    case 'apply_failed':
      return event.unknown ? { health: 'indeterminate' } : {};
    case 'verified':
      return { health: event.health, ...(event.health === 'failing' ? { state: 'undoing' as const } : {}) };
    case 'undone':
      return { changed: false };
    case 'closed':
      return { state: event.state, summary: event.summary, learned: event.learned, closedAt: event.at };
    default:
      return {};
  }
}

function addTurn(
  usage: Incident['usage'],
  turn: { promptTokens: number; completionTokens: number },
): Incident['usage'] {
  return {
    ...usage,
    turns: usage.turns + 1,
    promptTokens: usage.promptTokens + turn.promptTokens,
    completionTokens: usage.completionTokens + turn.completionTokens,
  };
}
