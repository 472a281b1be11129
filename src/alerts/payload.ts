import { z } from 'zod';
import { AlertwrightError } from '../lib/errors.ts';
import { hashOf } from '../lib/hash.ts';
import { isSecretName, redactForGood } from '../lib/redaction.ts';
import { excerpt } from '../lib/text.ts';
import type { Alert } from './alert.ts';

/** What one webhook body brought. */
export interface Delivery {
  alerts: Alert[];
  /** What could not be read among what could. */
  rejected: RejectedAlert[];
  /** How many alerts of the group the sender left out. */
  truncated: number;
}

/** One alert that is none, and why. */
export interface RejectedAlert {
  /** The field, from the root of the body: `alerts.3.startsAt: expected …`. */
  problem: string;
  /** What was sent, shortened and without secrets. */
  body: string;
}

/** More than fit into a body of ordinary alerts. Each costs some time, while everybody else waits. */
const mostAlerts = 20_000;
const mostEntries = 100;
const longestName = 100;
const longestText = 8000;
const longestRejected = 4000;

const plain = z.union([z.string(), z.number(), z.boolean()], 'expected text');

/** Labels or annotations, small enough to be kept: one that is too long must not cost the alerts that come with it. */
const text = z
  .record(z.string(), plain)
  .nullish()
  .transform(given => bounded(Object.entries(given ?? {})));

/** The more there are, the shorter each may be. */
function bounded(entries: [string, z.infer<typeof plain>][]): Record<string, string> {
  const kept = entries.slice(0, mostEntries);
  const longest = Math.max(100, Math.floor(longestText / kept.length));
  return Object.fromEntries(
    kept.map(([name, value]) => [excerpt(name, longestName), withoutSecret(name, excerpt(String(value), longest))]),
  );
}

function withoutSecret(name: string, value: string): string {
  return isSecretName(name) ? '[redacted secret]' : redactForGood(value);
}

/** As text, times with years of four digits stand in their order. */
const endOfTimes = Date.parse('9999-12-31T23:59:59.999Z');

const time = z.string().refine(given => Date.parse(given) <= endOfTimes, 'expected a time like 2026-11-21T10:00:00Z');

/** One alert of Alertmanager's webhook, version 4. Unknown fields are tolerated; what imitators leave out is optional. */
export const WebhookAlert = z
  .object({
    status: z.enum(['firing', 'resolved']).optional(),
    labels: text,
    annotations: text,
    startsAt: time.nullish(),
    endsAt: time.nullish(),
    generatorURL: z.string().nullish(),
    fingerprint: z.string().max(200).nullish(),
  })
  .refine(({ labels, fingerprint }) => fingerprint || Object.keys(labels).length > 0, {
    path: ['labels'],
    message: 'expected at least one label, or a fingerprint',
  });

export const Webhook = z.object({
  alerts: z.array(z.unknown()).max(mostAlerts, `expected at most ${mostAlerts} alerts in one body`),
  version: z.unknown().optional(),
  receiver: z.unknown().optional(),
  truncatedAlerts: z.number().optional().catch(undefined),
});

/**
 * The alerts of a webhook body. The status of each counts, never the group's: a truncated group hides alerts. Throws
 * when the body as a whole is something else.
 */
export function readWebhook(body: unknown, now: number): Delivery {
  const envelope = Webhook.safeParse(body);
  if (!envelope.success) throw notAWebhook(problemIn(envelope.error));
  const { alerts: given, truncatedAlerts: truncated = 0 } = envelope.data;
  const receiver = receiverIn(envelope.data);
  const delivery: Delivery = { alerts: [], rejected: [], truncated };
  for (const [index, one] of given.entries()) {
    const parsed = WebhookAlert.safeParse(one);
    if (parsed.success) delivery.alerts.push({ ...alertFrom(parsed.data, one, now), ...receiver });
    else delivery.rejected.push({ problem: problemIn(parsed.error, ['alerts', index]), body: asText(one) });
  }
  return delivery;
}

/** What imitates Alertmanager has versions of its own. */
function receiverIn({ version, receiver }: z.infer<typeof Webhook>): Pick<Alert, 'receiver'> {
  return version === '4' && typeof receiver === 'string' ? { receiver: excerpt(receiver, longestName) } : {};
}

/** What a body that holds nothing but rejected alerts is answered with. */
export function notAWebhook(problem: string): AlertwrightError {
  return new AlertwrightError('invalid_payload', `expected a body of Alertmanager's webhook, version 4: ${problem}`, {
    remedy: 'Send what Alertmanager sends to a webhook_configs receiver.',
  });
}

function alertFrom(parsed: z.infer<typeof WebhookAlert>, raw: unknown, now: number): Alert {
  const { labels, annotations, generatorURL } = parsed;
  const [start, end] = [instant(parsed.startsAt), instant(parsed.endsAt)];
  const status = parsed.status ?? (end !== undefined && end <= now ? 'resolved' : 'firing');
  return {
    fingerprint: parsed.fingerprint?.toWellFormed() || hashOf((raw as { labels: unknown }).labels),
    status,
    labels,
    annotations,
    startsAt: new Date(start ?? now).toISOString(),
    ...(status === 'resolved' && end !== undefined ? { endsAt: new Date(end).toISOString() } : {}),
    ...(generatorURL ? { generatorUrl: redactForGood(excerpt(generatorURL, longestText)) } : {}),
  };
}

/** Go's zero time stands for none. */
function instant(given: string | null | undefined): number | undefined {
  const at = given ? Date.parse(given) : 0;
  return at > 0 ? at : undefined;
}

function problemIn(error: z.ZodError, within: readonly PropertyKey[] = []): string {
  const { path, message } = error.issues[0]!;
  return `${[...within, ...path].join('.') || 'body'}: ${message}`;
}

function asText(value: unknown): string {
  return redactForGood(excerpt(json(value), longestRejected));
}

/** JSON can be read at any depth, and not be written. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return '(nested too deeply to be shown)';
    throw error;
  }
}
