import { subjectOf } from '../alerts/subject.ts';
import { systemClock } from '../lib/clock.ts';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { type AlertAnswer, AlertPage, type RejectedAlert, RejectedPage } from '../server/api/alert_answer.ts';
import { createApiClient, type ServerOptions } from './api_client.ts';
import { age, type Column, listing } from './listing.ts';
import type { Context } from './program.ts';
import { printList, readList } from './read_list.ts';
import { subjectName } from './story/lines.ts';
import { count, wrap } from './story/text.ts';

export interface RejectedOptions extends ServerOptions {
  limit: number;
  json?: true;
}

export interface AlertsOptions extends RejectedOptions {
  status?: string;
  namespace?: string;
  name?: string;
  incident?: string;
}

/** Every firing that the server has heard of. */
export async function alerts(options: AlertsOptions, context: Context): Promise<ExitCode> {
  const { status, namespace, name, incident, limit } = options;
  const list = { path: '/api/v1/alerts', query: { status, namespace, name, incident }, schema: AlertPage };
  const found = await readList(createApiClient(options), { ...list, items: page => page.alerts }, limit);
  const isFiltered = [status, namespace, name, incident].some(filter => filter !== undefined);
  const print = (items: readonly AlertAnswer[]) => {
    const none = isFiltered ? 'no such alert' : 'no alert has come yet';
    context.terminal.out(items.length === 0 ? none : listing(alertColumns(systemClock.now()), items, context.terminal));
  };
  printList(found, options, print, context);
  return exitCodes.ok;
}

/** What was sent to the server as an alert and is none. */
export async function rejectedAlerts(options: RejectedOptions, context: Context): Promise<ExitCode> {
  const client = createApiClient(options);
  const list = { path: '/api/v1/alerts/rejected', schema: RejectedPage };
  const found = await readList(client, { ...list, items: page => page.rejected }, options.limit);
  printList(found, options, items => printRejected(items, context), context);
  if (options.json || found.items.length === 0) return exitCodes.ok;
  const { total } = await client.get(list.path, list.schema, { limit: 1 });
  const says = `${count(total, 'rejected alert')} since the first start; of those that differ, the last are kept`;
  context.terminal.out(context.terminal.paint('faint', says));
  return exitCodes.ok;
}

export function alertColumns(now: number): Column<AlertAnswer>[] {
  return [
    { title: 'age', text: ({ startsAt }) => age(startsAt, now), right: true },
    {
      title: 'status',
      text: ({ status }) => status,
      tone: ({ status }) => (status === 'firing' ? 'bad' : 'good'),
    },
    { title: 'alert', text: ({ name }) => name || '(no name)', least: 12 },
    { title: 'about', text: alert => subjectName(subjectOf(alert)) ?? '-', least: 12 },
    { title: 'incident', text: ({ incident = '-' }) => incident },
  ];
}

function printRejected(items: readonly RejectedAlert[], { terminal }: Context): void {
  const { out, paint, width } = terminal;
  if (items.length === 0) out('no alert was rejected');
  const now = systemClock.now();
  for (const { problem, body, times, lastAt } of items) {
    const often = times === 1 ? '' : `${times.toLocaleString('en-US')} times, the last `;
    out(`${paint('faint', `${often}${age(lastAt, now)} ago`)}  ${paint('bad', wrap(problem, width, 1)[0]!)}`);
    for (const line of wrap(body, width - 2, 4)) out(`  ${line}`);
  }
}
