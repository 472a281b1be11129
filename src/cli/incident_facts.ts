import type { RecordedEvent } from '../incidents/event.ts';
import type { Incident } from '../incidents/incident.ts';
import { systemClock } from '../lib/clock.ts';
import { stateText, stateTone } from './incidents.ts';
import { age } from './listing.ts';
import { subjectName } from './story/lines.ts';
import { count, duration, oneLine, wrap } from './story/text.ts';
import type { Terminal } from './terminal.ts';

const labelWidth = 10;
const mostReasons = 6;
const mostNamespaces = 10;

/** What an incident is, before the story of how it came to that. */
export function printFacts(incident: Incident, events: readonly RecordedEvent[], terminal: Terminal): void {
  const { out, paint, width } = terminal;
  const { id, state, title } = incident;
  out(`${paint('strong', oneLine(id))}  ${paint(stateTone(state), stateText(state))}`);
  for (const line of wrap(title, width, 3)) out(line);
  for (const [label, text] of factsOf(incident, events)) {
    for (const [index, line] of wrap(text, width - labelWidth - 2, 4).entries())
      out(`  ${paint('faint', (index === 0 ? label : '').padEnd(labelWidth))}${line}`);
  }
}

function factsOf(incident: Incident, events: readonly RecordedEvent[]): [label: string, text: string][] {
  const { subject, title, because, node, recurrence, usage } = incident;
  const about = subjectName(subject);
  const facts: [string, string | undefined][] = [
    ['about', about && node && subject.kind !== 'Node' ? `${about}, on node ${node}` : about],
    ['opened', timesOf(incident)],
    ['alerts', alertsOf(incident)],
    ['because', because && title.includes(because) ? undefined : because],
    ...reasonsIn(events).map((reason, index): [string, string] => [index === 0 ? 'folded' : '', reason]),
    ['again', recurrence && `${recurrence.of} had the same cause; this is number ${recurrence.count + 1} in a row`],
    ['model', usage.turns > 0 ? usageText(usage) : undefined],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function timesOf({ openedAt, closedAt }: Incident): string {
  const opened = `${openedAt.slice(0, 19).replace('T', ' ')} UTC, ${age(openedAt, systemClock.now())} ago`;
  return closedAt ? `${opened}; over after ${duration(Date.parse(closedAt) - Date.parse(openedAt))}` : opened;
}

function alertsOf({ alertCount, firing, namespaces }: Incident): string {
  const shown = namespaces.slice(0, mostNamespaces).join(', ');
  const more = namespaces.length > mostNamespaces ? ` and ${namespaces.length - mostNamespaces} more` : '';
  return `${count(alertCount, 'alert')}, ${firing} firing${shown ? `, in ${shown}${more}` : ''}`;
}

/** Why alerts came to this incident and not to one of their own, with how many for each reason. */
function reasonsIn(events: readonly RecordedEvent[]): string[] {
  const reasons = new Map<string, number>();
  for (const event of events)
    if (event.type === 'alerts_joined') reasons.set(event.because, (reasons.get(event.because) ?? 0) + event.count);
  const told = [...reasons].map(([because, alerts]) => `${count(alerts, 'more alert')}: ${because}`);
  const left = told.length - mostReasons;
  return left > 0 ? [...told.slice(0, mostReasons), `and for ${count(left, 'other reason')}`] : told;
}

function usageText({ turns, calls, promptTokens, completionTokens }: Incident['usage']): string {
  return `${count(turns, 'turn')}, ${count(calls, 'tool call')}, ${count(promptTokens + completionTokens, 'token')}`;
}
