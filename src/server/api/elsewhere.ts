import { z } from 'zod';
import { Webhook, WebhookAlert } from '../../alerts/payload.ts';
import { aliasPath, webhookPath } from '../webhook.ts';
import type { Route } from './route.ts';

const Delivery = z.looseObject({
  ...Webhook.shape,
  alerts: z.array(WebhookAlert).describe('One that can not be read is kept aside, and costs the others nothing.'),
});

const delivery = {
  method: 'POST',
  tag: 'alerts',
  body: Delivery,
  answer: {
    status: 200,
    says: 'The alerts are committed.',
    schema: z.object({ accepted: z.int(), rejected: z.int() }),
  },
  refusals: {
    400: 'No such body, or none of its alerts can be read.',
    413: 'It is too long.',
    415: 'It is not application/json.',
    503: 'It can not be kept now. Send it again.',
  },
} as const satisfies Partial<Route>;

const health = { method: 'GET', tag: 'server', open: true } as const;
const Readiness = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });

/** What is no part of this API, and described with it all the same. */
export const elsewhere: readonly Route[] = [
  {
    ...delivery,
    id: 'deliverAlerts',
    path: webhookPath,
    summary: "What Alertmanager's webhook_configs call",
  },
  { ...delivery, id: 'deliverAlertsShort', path: aliasPath, summary: 'The same, for less typing' },
  {
    ...health,
    id: 'isAlive',
    path: '/healthz',
    summary: 'Whether it lives',
    answer: { status: 200, says: 'It does.', schema: z.object({ status: z.string() }) },
  },
  {
    ...health,
    id: 'isReady',
    path: '/readyz',
    summary: 'Whether its parts are well',
    answer: { status: 200, says: 'They are.', schema: Readiness },
    refusals: { 503: 'One is not; `checks` says which, and why.' },
    refusalSchema: Readiness,
  },
  {
    method: 'GET',
    tag: 'server',
    id: 'getMetrics',
    path: '/metrics',
    summary: 'Numbers for Prometheus, in its text format',
    answer: { status: 200, says: 'The numbers.', schema: z.string(), type: 'text/plain' },
  },
];
