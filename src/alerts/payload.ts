import { z } from 'zod';
import { AlertwrightError } from '../lib/errors.ts';
import { hashOf } from '../lib/hash.ts';
import { excerpt } from '../lib/text.ts';
import type { Alert } from './alert.ts';

const mostEntries = 100;
const longestName = 100;
const longestText = 8000;

/** Labels or annotations, small enough to be kept: one that is too long must not cost the alerts that come with it. */
const text = z
  .record(z.string(), z.string())
  .nullish()
  .transform(given => bounded(Object.entries(given ?? {})));

/** The more there are, the shorter each may be. */
function bounded(entries: [string, string][]): Record<string, string> {
  const kept = entries.slice(0, mostEntries);
  const longest = Math.max(100, Math.floor(longestText / kept.length));
  return Object.fromEntries(kept.map(([name, value]) => [excerpt(name, longestName), excerpt(value, longest)]));
}

/** One alert of Alertmanager's webhook, version 4. Unknown fields are tolerated; what imitators leave out is optional. */
const WebhookAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: text,
  annotations: text,
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.string().optional(),
  generatorURL: z.string().optional(),
  fingerprint: z.string().max(200).optional(),
});

const Webhook = z.object({
  version: z.string().optional(),
  alerts: z.array(WebhookAlert).max(20_000),
  truncatedAlerts: z.number().optional(),
});

/** The alerts of a webhook body. The status of each counts, never the group's: a truncated group hides alerts. */
export function alertsIn(body: unknown): Alert[] {
  const parsed = Webhook.safeParse(body);
  if (!parsed.success) throw notAWebhook(parsed.error);
  return parsed.data.alerts.map(alertFrom);
}

function alertFrom({ generatorURL, endsAt, startsAt, fingerprint, ...alert }: z.infer<typeof WebhookAlert>): Alert {
  return {
    ...alert,
    fingerprint: fingerprint || hashOf(alert.labels),
    startsAt: new Date(startsAt).toISOString(),
    ...(alert.status === 'resolved' && endsAt && Date.parse(endsAt) > 0
      ? { endsAt: new Date(endsAt).toISOString() }
      : {}),
    ...(generatorURL ? { generatorUrl: excerpt(generatorURL, longestText) } : {}),
  };
}

function notAWebhook(error: z.ZodError): AlertwrightError {
  const { path, message } = error.issues[0]!;
  return new AlertwrightError(
    'invalid_payload',
    `expected a body of Alertmanager's webhook, version 4: ${path.join('.') || 'body'}: ${message}`,
    {
      remedy: 'Send what Alertmanager sends to a webhook_configs receiver.',
    },
  );
}
