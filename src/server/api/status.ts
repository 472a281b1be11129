import { z } from 'zod';
import type { Store } from '../../durable/store.ts';
import { version } from '../../lib/package_root.ts';
import { components } from './answers.ts';
import { type Route, route } from './route.ts';

export interface StatusDeps extends Pick<Store, 'incidents' | 'alerts' | 'inbox' | 'rejected'> {
  /** When Alertmanager's own alerts were last compared with ours, and what came of it. */
  catchUp?: (() => Record<string, unknown>) | undefined;
}

const StatusAnswer = z
  .object({
    version: z.string(),
    alerts: z.object({
      firing: z.int(),
      waiting: z.int().describe('Taken in, and not in their incidents yet.'),
      rejected: z.int().describe('Sent since the first start, and no alerts.'),
    }),
    incidents: z.object({ open: z.int() }),
    catchUp: z
      .record(z.string(), z.unknown())
      .describe('What came of comparing our alerts with those of Alertmanager, where one is configured.')
      .exactOptional(),
  })
  .register(components, { id: 'Status' });

export function statusRoutes({ incidents, alerts, inbox, rejected, catchUp }: StatusDeps): Route[] {
  return [
    route(
      {
        id: 'getStatus',
        method: 'GET',
        path: '/api/v1/status',
        tag: 'server',
        summary: 'How much there is',
        answer: { status: 200, says: 'The numbers.', schema: StatusAnswer },
      },
      () => ({
        version,
        alerts: { firing: alerts.countFiring(), waiting: inbox.backlog(), rejected: rejected.count() },
        incidents: { open: incidents.countOpen() },
        ...(catchUp ? { catchUp: catchUp() } : {}),
      }),
    ),
  ];
}
