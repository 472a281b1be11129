import { z } from 'zod';
import type { Alert } from '../alerts/alert.ts';
import { readWebhook } from '../alerts/payload.ts';

/** The port to one Alertmanager: what it has in hand now. */
export interface Alertmanager {
  /** Its URL, without secrets. */
  name: string;
  /** Throws AlertwrightError when it gives no answer that can be used, and the signal's reason when it is aborted. */
  read(signal: AbortSignal): Promise<OpenAlerts>;
  close(): Promise<void>;
}

export interface OpenAlerts {
  /** By its own clock, like all that it says, in milliseconds; absent when it doesn't tell. */
  now?: number;
  /** Since when it runs. It keeps no alerts over a restart: whoever sends them has to send them again. */
  startedAt: number;
  alerts: OpenAlert[];
  /** All that it has; otherwise there was too much, or something could not be read. */
  complete: boolean;
}

/** One alert that has not ended. */
export interface OpenAlert {
  fingerprint: string;
  /** Only active ones are sent to their receivers. */
  state: 'active' | 'silenced' | 'inhibited' | 'muted' | 'unprocessed';
  receivers: string[];
  startsAt: number;
  /** When it was last sent to this Alertmanager. */
  updatedAt: number;
  raw: unknown;
}

const time = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (!Number.isFinite(at)) context.addIssue('expected a time');
  return at;
});
const by = z.array(z.unknown()).nullish();

/** What `GET /api/v2/alerts` has of an alert, as far as we compare it. */
const Gettable = z.object({
  fingerprint: z.string().min(1).max(200),
  startsAt: time,
  updatedAt: time,
  receivers: z.array(z.object({ name: z.string() })).nullish(),
  status: z.object({ state: z.string(), silencedBy: by, inhibitedBy: by, mutedBy: by }),
});

/** None when it is nothing that an Alertmanager says. */
export function readOpenAlert(raw: unknown): OpenAlert | undefined {
  const parsed = Gettable.safeParse(raw);
  if (!parsed.success) return undefined;
  const { fingerprint, startsAt, updatedAt, receivers, status } = parsed.data;
  return {
    fingerprint,
    state: stateOf(status),
    receivers: (receivers ?? []).map(({ name }) => name),
    startsAt,
    updatedAt,
    raw,
  };
}

function stateOf({ state, silencedBy, inhibitedBy, mutedBy }: z.infer<typeof Gettable>['status']): OpenAlert['state'] {
  if (silencedBy?.length) return 'silenced';
  if (inhibitedBy?.length) return 'inhibited';
  if (mutedBy?.length) return 'muted';
  if (state === 'active') return 'active';
  return state === 'suppressed' ? 'silenced' : 'unprocessed';
}

/** As the webhook would have brought it: bounded, and without secrets. */
export function alertOf(
  { raw, updatedAt, receivers }: OpenAlert,
  now: number,
  receiver = receivers[0],
): Alert | undefined {
  const { endsAt: _, ...open } = raw as Record<string, unknown>;
  const envelope = { version: '4', receiver, alerts: [{ ...open, status: 'firing' }] };
  const [alert] = readWebhook(envelope, now).alerts;
  return alert && { ...alert, asOf: new Date(updatedAt).toISOString() };
}
