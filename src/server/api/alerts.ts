import { z } from 'zod';
import type { BookedAlert } from '../../alerts/book.ts';
import type { Store } from '../../durable/store.ts';
import { definedOf } from '../../lib/defined.ts';
import { type AlertAnswer, AlertPage, RejectedPage } from './alert_answer.ts';
import { createCursor, limitOf, readPage } from './paging.ts';
import { type Route, route } from './route.ts';

export const alertCursor = createCursor('alerts');
const rejectedCursor = createCursor('rejected');

export const statusFilter = z.enum(['firing', 'resolved']).optional();

const AlertsQuery = z.strictObject({
  status: statusFilter,
  incident: z.string().optional().describe('The id of the incident that they went to.'),
  namespace: z.string().optional(),
  name: z.string().optional().describe('Their alertname.'),
  limit: limitOf(50),
  cursor: alertCursor.schema,
});

const RejectedQuery = z.strictObject({ limit: limitOf(50), cursor: rejectedCursor.schema });

export function alertRoutes(store: Pick<Store, 'alerts' | 'rejected'>): Route[] {
  return [listRoute(store), rejectedRoute(store)];
}

function listRoute({ alerts }: Pick<Store, 'alerts'>): Route {
  return route(
    {
      id: 'listAlerts',
      method: 'GET',
      path: '/api/v1/alerts',
      tag: 'alerts',
      summary: 'Every firing that was heard of, the newest first',
      query: AlertsQuery,
      answer: { status: 200, says: 'A page of alerts.', schema: AlertPage },
    },
    async ({ query: { limit, cursor, ...filters } }) =>
      alertPage(await readPage(page => alerts.page({ ...definedOf(filters), ...page }), { limit, cursor })),
  );
}

function rejectedRoute({ rejected }: Pick<Store, 'rejected'>): Route {
  return route(
    {
      id: 'listRejectedAlerts',
      method: 'GET',
      path: '/api/v1/alerts/rejected',
      tag: 'alerts',
      summary: 'What was sent as an alert and is none, and why, the newest first',
      query: RejectedQuery,
      answer: { status: 200, says: 'A page of rejected alerts.', schema: RejectedPage },
    },
    async ({ query }) => {
      const { items, next } = await readPage(rejected.page, query);
      return { rejected: items, ...nextOf(next, rejectedCursor.write), total: rejected.count() };
    },
  );
}

export function alertPage({ items, next }: { items: BookedAlert[]; next?: number }): z.output<typeof AlertPage> {
  return { alerts: items.map(answerFor), ...nextOf(next, alertCursor.write) };
}

export function nextOf(next: number | undefined, write: (ordinal: number) => string): { next?: string } {
  return next === undefined ? {} : { next: write(next) };
}

function answerFor({ alert, incident, heardAt }: BookedAlert): AlertAnswer {
  const name = alert.labels['alertname'] ?? '';
  return { ...alert, name, ...definedOf({ incident }), heardAt: new Date(heardAt).toISOString() };
}
