import type { Alert } from '../alerts/alert.ts';
import type { AlertSubject } from '../alerts/subject.ts';
import type { Decision } from './decision.ts';
import type { ActionPlan, FieldChange } from './plan.ts';

/**
 * Everything that can happen to an incident. This one union is the audit trail, the terminal's timeline, the stream of
 * `--json` and the transcript of an eval. Each event stands for itself: a reader needs no other to understand it.
 */
export type IncidentEvent =
  | {
      type: 'opened';
      title: string;
      subject: AlertSubject;
      foldKey: string;
      alerts: Alert[];
      /** Why it is about a place, when it is. */
      because?: string;
      /** The node that the first alert is on, when that is known. */
      node?: string;
      recurrence?: Recurrence;
    }
  /** `alerts` are the first of `count`; a storm brings thousands. */
  | {
      type: 'alerts_joined';
      count: number;
      alerts: Alert[];
      namespaces: string[];
      because: string;
      /** From here on the incident is about all that fails in its place. */
      storm?: true;
    }
  /** `alerts` has all of those that the incident lists. */
  | { type: 'alerts_resolved'; count: number; alerts: EndedAlert[] }
  | { type: 'investigation_started'; model: string; tools: number }
  | {
      type: 'model_answered';
      turn: number;
      asked: number;
      text: string;
      promptTokens: number;
      completionTokens: number;
      ms: number;
    }
  | {
      type: 'tool_answered';
      evidence: string;
      tool: string;
      args: Record<string, unknown>;
      answer: string;
      failed: boolean;
      ms: number;
      cost?: ToolCost;
    }
  | { type: 'decision_rejected'; problem: string }
  | { type: 'decided'; decision: Decision }
  | { type: 'waiting'; reason: string; seconds: number }
  | { type: 'planned'; plan: ActionPlan }
  | { type: 'plan_refused'; reason: string }
  | { type: 'permitted'; mode: string; checks: string[] }
  | { type: 'denied'; rule: string; reason: string }
  | { type: 'approval_requested'; planHash: string; expiresAt: string; reason: string }
  | { type: 'approved'; planHash: string; by: string }
  | { type: 'rejected'; planHash: string; by: string; reason: string }
  | { type: 'applied'; action: string; target: string; changes: FieldChange[]; effect: string }
  | { type: 'apply_failed'; action: string; target: string; reason: string; unknown: boolean }
  | { type: 'checked'; workload: string; proof: 'met' | 'pending' | 'failing' | 'unknown'; alertsFiring: number }
  | { type: 'verified'; health: Health; says: string; watchedSeconds: number }
  | { type: 'undone'; target: string; changes: FieldChange[]; because: string }
  | { type: 'undo_failed'; target: string; reason: string }
  | { type: 'closed'; state: FinalState; summary: string; learned: string[] };

/** The same cause was there before. */
export interface Recurrence {
  /** The incident before. */
  of: string;
  /** How many there were, one after the other, none long after the one before. */
  count: number;
}

/** What an answer cost whom. */
export interface ToolCost {
  cached: boolean;
  /** How old the answer was. */
  ageMs: number;
  /** Of the model's window, about. */
  tokens: number;
  /** Read from the API server, as far as the tool's server says. */
  requests?: number;
  bytes?: number;
}

export interface EndedAlert {
  fingerprint: string;
  startsAt: string;
  endsAt: string;
  /** Why it counts as over, when nobody reported it. */
  because?: string;
}

export type EventType = IncidentEvent['type'];

/** What verification found. Unknown is never success. */
export type Health = 'recovered' | 'failing' | 'indeterminate';

export type FinalState = 'resolved' | 'self_resolved' | 'escalated';

/** An event as the log keeps it: `seq` counts from 1 without gaps within its incident. */
export type RecordedEvent = IncidentEvent & { seq: number; at: string; incident: string };
