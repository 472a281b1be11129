import { systemClock } from '../lib/clock.ts';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { IncidentPage, type IncidentSummary } from '../server/api/incident_answer.ts';
import { createApiClient, type ServerOptions } from './api_client.ts';
import { age, type Column, listing } from './listing.ts';
import type { Context } from './program.ts';
import { printList, readList } from './read_list.ts';
import type { Tone } from './story/paint.ts';

export interface IncidentsOptions extends ServerOptions {
  open?: true;
  state?: string;
  namespace?: string;
  limit: number;
  json?: true;
}

type State = IncidentSummary['state'];

/** What the server is at, and was. */
export async function incidents(options: IncidentsOptions, context: Context): Promise<ExitCode> {
  const { open, state, namespace, limit } = options;
  const list = { path: '/api/v1/incidents', query: { open, state, namespace }, schema: IncidentPage };
  const found = await readList(createApiClient(options), { ...list, items: page => page.incidents }, limit);
  const isFiltered = [open, state, namespace].some(filter => filter !== undefined);
  printList(found, options, items => printIncidents(items, isFiltered, context), context);
  return exitCodes.ok;
}

function printIncidents(items: readonly IncidentSummary[], isFiltered: boolean, { terminal }: Context): void {
  const { out, paint } = terminal;
  const none = isFiltered ? 'no such incident' : 'no incident yet';
  out(items.length === 0 ? none : listing(incidentColumns(systemClock.now()), items, terminal));
  const asking = items.find(({ state }) => state === 'awaiting_approval');
  if (asking) out(`${paint('accent', '→')} asks you: alertwright incidents show ${asking.id}`);
}

function incidentColumns(now: number): Column<IncidentSummary>[] {
  return [
    { title: 'incident', text: ({ id }) => id },
    { title: 'age', text: ({ openedAt }) => age(openedAt, now), right: true },
    { title: 'state', text: ({ state }) => stateText(state), tone: ({ state }) => stateTone(state) },
    { title: 'firing', text: ({ firing, alerts }) => `${firing} of ${alerts}`, right: true },
    { title: 'title', text: titleOf, least: 20 },
  ];
}

function titleOf({ title, recurrence }: IncidentSummary): string {
  return recurrence ? `again (${recurrence.count + 1}): ${title}` : title;
}

export function stateText(state: State): string {
  return state.replaceAll('_', ' ');
}

export function stateTone(state: State): Tone {
  if (state === 'resolved' || state === 'self_resolved') return 'good';
  return state === 'escalated' || state === 'awaiting_approval' ? 'warning' : 'accent';
}
