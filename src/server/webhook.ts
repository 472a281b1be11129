import type { FastifyInstance } from 'fastify';
import type { Alert } from '../alerts/alert.ts';
import { alertsIn } from '../alerts/payload.ts';
import type { TakenIn } from '../intake.ts';
import type { Log } from '../lib/log.ts';

export interface WebhookDeps {
  /** Commits before it returns. */
  takeIn(alerts: readonly Alert[]): TakenIn;
  log: Log;
}

export const webhookPath = '/api/v2/webhook/alertmanager';

/** What Alertmanager calls. The answer is sent when the alerts are committed: until then Alertmanager tries again. */
export function addWebhook(server: FastifyInstance, { takeIn, log }: WebhookDeps): void {
  for (const path of [webhookPath, '/webhook']) {
    server.post(path, async request => {
      const alerts = alertsIn(request.body);
      const taken = takeIn(alerts);
      log.info({ alerts: alerts.length, ...counts(taken) }, 'alerts taken in');
      return { alerts: alerts.length, ...taken };
    });
  }
}

function counts({ opened, joined, resolved, known }: TakenIn): Record<string, number> {
  return { opened: opened.length, joined: joined.length, resolved: resolved.length, known };
}
