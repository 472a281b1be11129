import type { FastifyInstance } from 'fastify';
import { type Delivery, notAWebhook, readWebhook } from '../alerts/payload.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

export interface WebhookDeps {
  /** Resolves when the delivery is committed. */
  receive(delivery: Delivery): Promise<void>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

export const webhookPath = '/api/v2/webhook/alertmanager';
export const aliasPath = '/webhook';

/** What Alertmanager calls. The answer is sent when the alerts are committed: until then Alertmanager tries again. */
export function addWebhook(server: FastifyInstance, { receive, clock, log }: WebhookDeps): void {
  for (const path of [webhookPath, aliasPath]) {
    server.post(path, async request => {
      const delivery = readWebhook(request.body, clock.now());
      await receive(delivery);
      const { alerts, rejected } = delivery;
      const taken = { accepted: alerts.length, rejected: rejected.length };
      const [problem] = rejected.map(each => each.problem);
      if (problem) log.warn({ ...taken, from: request.ip, problem }, 'alerts were rejected');
      // Among good ones a bad one is kept aside and no more: refused, the sender would send them all again.
      if (problem && alerts.length === 0) throw notAWebhook(problem);
      log.debug(taken, 'alerts received');
      return taken;
    });
  }
}
