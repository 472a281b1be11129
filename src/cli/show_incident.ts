import type { RecordedEvent } from '../incidents/event.ts';
import type { Incident } from '../incidents/incident.ts';
import { systemClock } from '../lib/clock.ts';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { printableJson } from '../lib/json.ts';
import { type AlertAnswer, AlertPage } from '../server/api/alert_answer.ts';
import { EventPage } from '../server/api/event_answer.ts';
import { IncidentAnswer } from '../server/api/incident_answer.ts';
import { alertColumns } from './alerts.ts';
import { type ApiClient, createApiClient, type ServerOptions } from './api_client.ts';
import { printFacts } from './incident_facts.ts';
import { listing } from './listing.ts';
import { mostListed } from './options.ts';
import type { Context } from './program.ts';
import { createStoryteller } from './story/storyteller.ts';
import { count } from './story/text.ts';

export interface ShowOptions extends ServerOptions {
  json?: true;
}

/** All that a server tells of one incident. */
export interface Told {
  incident: Incident;
  events: RecordedEvent[];
  alerts: AlertAnswer[];
}

const mostEvents = 5000;

/** Who wants to see more asks `alertwright alerts` for them. */
const mostAlerts = 20;

/** As many as one answer has: scripts that want more follow the API's pages. */
const mostAlertsAsJson = 1000;

export async function showIncident(id: string, options: ShowOptions, { terminal }: Context): Promise<ExitCode> {
  const told = await read(id, createApiClient(options), options.json ? mostAlertsAsJson : mostAlerts);
  if (options.json) terminal.out(printableJson(told, 2));
  else tell(told, terminal);
  return exitCodes.ok;
}

async function read(id: string, client: ApiClient, limit: number): Promise<Told> {
  const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
  const incident = await client.get(path, IncidentAnswer);
  const events = await readEvents(path, client);
  const { alerts } = await client.get(`${path}/alerts`, AlertPage, { limit });
  return { incident, events, alerts };
}

async function readEvents(path: string, client: ApiClient): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let afterSeq: number | undefined = 0; afterSeq !== undefined && events.length < mostEvents; ) {
    const page: { events: RecordedEvent[]; next?: number } = await client.get(`${path}/events`, EventPage, {
      afterSeq,
      limit: 1000,
    });
    events.push(...page.events);
    afterSeq = page.next;
  }
  return events;
}

function tell({ incident, events, alerts }: Told, terminal: Context['terminal']): void {
  const { out, paint } = terminal;
  const { id, alertCount, seq } = incident;
  printFacts(incident, events, terminal);
  const storyteller = createStoryteller(terminal);
  for (const event of events) for (const line of storyteller(event)) out(line);
  const later = seq - (events.at(-1)?.seq ?? 0);
  if (later > 0) out(paint('faint', `… and ${count(later, 'later event')}: GET /api/v1/incidents/${id}/events`));
  if (alerts.length === 0) return;
  out('');
  const columns = alertColumns(systemClock.now()).filter(({ title }) => title !== 'incident');
  out(listing(columns, alerts, terminal));
  const more = alertCount - alerts.length;
  if (more <= 0) return;
  const command = `alertwright alerts --incident ${id} --limit ${Math.min(alertCount, mostListed)}`;
  out(paint('faint', `… and ${more.toLocaleString('en-US')} more: ${command}`));
}
