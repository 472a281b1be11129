import { isSameFiring } from '../../alerts/alert.ts';
import type { FinalState, Health, IncidentEvent, RecordedEvent } from '../../incidents/event.ts';
import type { Incident } from '../../incidents/incident.ts';
import { alertFacts, callTarget, decisionLines, diffLines } from './lines.ts';
import type { Tone } from './paint.ts';
import type { Line, Passage } from './passage.ts';
import { tellingLine } from './telling_line.ts';
import { count, duration } from './text.ts';

const noBreak = '\u00a0';

/** A turn of a model that answers at once is not worth a line. */
const slowTurnMs = 1000;

type Of<T extends IncidentEvent['type']> = Extract<RecordedEvent, { type: T }>;

/**
 * What an event says; nothing when it says nothing new. `incident` is as it was after the event, `wallMs` what it has
 * taken here, if somebody measured that.
 */
export function tell(event: RecordedEvent, incident: Incident, wallMs?: number): Passage | undefined {
  switch (event.type) {
    case 'opened':
    case 'alerts_joined':
    case 'alerts_resolved':
      return tellAlert(event, incident);
    case 'investigation_started':
    case 'model_answered':
    case 'tool_answered':
    case 'decision_rejected':
    case 'decided':
      return tellInvestigation(event);
    case 'waiting':
    case 'planned':
    case 'plan_refused':
    case 'permitted':
    case 'denied':
    case 'approval_requested':
    case 'approved':
    case 'rejected':
      return tellPermission(event, incident);
    case 'applied':
    case 'apply_failed':
    case 'checked':
    case 'verified':
    case 'undone':
    case 'undo_failed':
      return tellChange(event);
    case 'closed':
      return tellEnd(event, incident, wallMs);
  }
}

function tellAlert(event: Of<'opened' | 'alerts_joined' | 'alerts_resolved'>, incident: Incident): Passage {
  switch (event.type) {
    case 'opened':
      return tellOpened(event);
    case 'alerts_joined': {
      const [first] = event.alerts;
      const others = event.count > 1 ? ` and ${count(event.count - 1, 'more alert')}` : '';
      const verb = event.count > 1 ? 'join' : 'joins';
      return passage('▲', 'bad', 'alert', `${alertFacts(first, {})}${others} ${verb}: ${event.because}`);
    }
    case 'alerts_resolved': {
      const [first] = event.alerts;
      const alert = incident.alerts.find(each => first && isSameFiring(each, first));
      const name = alert?.labels['alertname'] ?? 'an alert';
      const others = event.count > 1 ? ` and ${count(event.count - 1, 'more alert')}` : '';
      return passage('▽', 'good', 'alert', `${name}${others} resolved${first?.because ? `: ${first.because}` : ''}`);
    }
  }
}

function tellOpened(event: Of<'opened'>): Passage {
  const facts = alertFacts(event.alerts[0], event.subject);
  const { recurrence } = event;
  return {
    ...passage(
      '▲',
      'bad',
      'alert',
      { text: event.title, tone: 'strong' },
      { text: facts, tone: 'faint', right: event.incident },
      ...(recurrence ? [{ text: `again: ${recurrence.of} had the same cause`, tone: 'warning' as const }] : []),
    ),
    opens: true,
  };
}

function tellInvestigation(
  event: Of<'investigation_started' | 'model_answered' | 'tool_answered' | 'decision_rejected' | 'decided'>,
): Passage | undefined {
  switch (event.type) {
    case 'investigation_started':
      return passage('○', 'accent', 'looks', `${event.model}, with ${count(event.tools, 'read-only tool')}`);
    case 'model_answered': {
      if (event.ms < slowTurnMs) return undefined;
      const tokens = count(event.promptTokens + event.completionTokens, 'token');
      return passage('○', 'faint', 'thinks', { text: `turn ${event.turn} · ${tokens}`, right: duration(event.ms) });
    }
    case 'tool_answered': {
      const call = { text: `${event.tool} ${callTarget(event.args)}`, right: `${event.evidence} · ${event.ms} ms` };
      const says = { lead: '  ', text: tellingLine(event.answer), tone: 'faint' as const, most: 2 };
      return passage('·', event.failed ? 'warning' : 'accent', event.failed ? 'in vain' : '', call, says);
    }
    case 'decision_rejected':
      return passage('✗', 'warning', 'unclear', `the decision could not be read: ${event.problem}`);
    case 'decided':
      return { ...passage('◆', 'accent', 'concludes', ...decisionLines(event.decision)), opens: true };
  }
}

function tellPermission(
  event: Of<
    'waiting' | 'planned' | 'plan_refused' | 'permitted' | 'denied' | 'approval_requested' | 'approved' | 'rejected'
  >,
  { plan }: Incident,
): Passage {
  const diff = diffLines(plan?.changes ?? []);
  switch (event.type) {
    case 'waiting':
      return passage('◷', 'warning', 'waits', `${event.seconds} s: ${event.reason}`);
    case 'planned': {
      const { says, podsAffected, hash } = event.plan;
      const extent = `plan ${hash} · dry run accepted · ${count(podsAffected, 'pod')} affected`;
      return { ...passage('✎', 'accent', 'plans', says, { text: extent, tone: 'faint' }), opens: true };
    }
    case 'plan_refused':
      return passage('✗', 'warning', 'plans', `nothing: ${event.reason}`);
    case 'permitted':
      return passage('✓', 'good', 'guard', `permits, in mode ${event.mode}`, {
        text: inARow(event.checks),
        tone: 'faint',
        most: 6,
      });
    case 'denied':
      return passage('✗', 'bad', 'guard', `says no (${event.rule}): ${event.reason}`, ...diff);
    case 'approval_requested': {
      const command = `alertwright approve ${event.incident} --plan ${event.planHash}`;
      const until = `${event.reason}, until ${event.expiresAt.slice(11, 16)} UTC`;
      return passage('?', 'warning', 'asks you', until, ...diff, { text: command, tone: 'strong' });
    }
    case 'approved':
      return passage('✓', 'good', 'approved', `by ${event.by}`);
    case 'rejected':
      return passage('✗', 'bad', 'rejected', `by ${event.by}${event.reason ? `: ${event.reason}` : ''}`);
  }
}

const healthTones: Record<Health, [mark: string, tone: Tone]> = {
  recovered: ['✓', 'good'],
  failing: ['✗', 'bad'],
  indeterminate: ['?', 'warning'],
};

const proofTones = { met: 'good', pending: 'faint', failing: 'bad', unknown: 'warning' } as const;

function tellChange(
  event: Of<'applied' | 'apply_failed' | 'checked' | 'verified' | 'undone' | 'undo_failed'>,
): Passage {
  switch (event.type) {
    case 'applied':
      return { ...passage('●', 'accent', 'changes', event.target, ...diffLines(event.changes)), opens: true };
    case 'apply_failed': {
      const outcome = event.unknown ? 'it is not known whether it was changed' : 'it was not changed';
      return passage('✗', 'bad', 'changes', `${event.target}: ${outcome}: ${event.reason}`);
    }
    case 'checked': {
      const alerts = event.alertsFiring === 0 ? 'no alert' : count(event.alertsFiring, 'alert');
      return passage('·', proofTones[event.proof], 'checks', { text: event.workload, right: `${alerts} firing` });
    }
    case 'verified': {
      const [mark, tone] = healthTones[event.health];
      const watched = `watched for ${duration(event.watchedSeconds * 1000)}`;
      return passage(mark, tone, 'verified', { text: event.health, tone, right: watched }, event.says);
    }
    case 'undone':
      return passage('↶', 'warning', 'undoes', `${event.target}: ${event.because}`, ...diffLines(event.changes));
    case 'undo_failed':
      return passage('✗', 'bad', 'undoes', `${event.target} could not be taken back: ${event.reason}`);
  }
}

const endings: Record<FinalState, { mark: string; tone: Tone; label: string }> = {
  resolved: { mark: '✔', tone: 'good', label: 'RESOLVED' },
  self_resolved: { mark: '✔', tone: 'good', label: 'RECOVERED' },
  escalated: { mark: '☎', tone: 'warning', label: 'TO YOU' },
};

function tellEnd(event: Of<'closed'>, { usage, openedAt }: Incident, wallMs: number | undefined): Passage {
  const totals = [
    `${duration(Date.parse(event.at) - Date.parse(openedAt))} of cluster time`,
    ...(wallMs === undefined ? [] : [`${duration(wallMs)} here`]),
    count(usage.turns, 'turn'),
    count(usage.calls, 'tool call'),
    count(usage.promptTokens + usage.completionTokens, 'token'),
  ];
  const { mark, tone, label } = endings[event.state];
  const summary: Line = { text: event.summary, tone: 'strong' };
  return { ...passage(mark, tone, label, summary, { text: inARow(totals), tone: 'faint' }), opens: true };
}

/** Short texts side by side, broken only between them. */
function inARow(texts: readonly string[]): string {
  return texts.map(text => text.replaceAll(' ', noBreak)).join(`${noBreak}· `);
}

function passage(mark: string, tone: Tone, label: string, ...lines: (Line | string)[]): Passage {
  return { mark, tone, label, lines: lines.map(line => (typeof line === 'string' ? { text: line } : line)) };
}
