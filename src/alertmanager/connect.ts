import { setImmediate as nextTurn } from 'node:timers/promises';
import { Agent } from 'undici';
import { z } from 'zod';
import { AlertwrightError, codeOf, messageOf } from '../lib/errors.ts';
import { redact } from '../lib/redaction.ts';
import { excerpt } from '../lib/text.ts';
import { withoutSecrets } from '../lib/url.ts';
import { type Alertmanager, type OpenAlert, type OpenAlerts, readOpenAlert } from './alertmanager.ts';

export interface AlertmanagerOptions {
  /** Up to where `/api/v2` begins. */
  url: string;
  /** For one look. */
  timeoutMs: number;
  /** Asked before each call, so that a secret may change. */
  authorization?(): string | undefined;
  /** PEM of the CAs that its certificate may come from; the system's when absent. */
  ca?: string | undefined;
  limits?: Partial<AnswerLimits>;
}

export interface AnswerLimits {
  bytes: number;
  alerts: number;
}

/** Others have their turn after so many. */
const readAtOnce = 500;

const bounds: AnswerLimits = { bytes: 50 * 2 ** 20, alerts: 50_000 };

const Status = z.object({ uptime: z.string().refine(text => Number.isFinite(Date.parse(text)), 'expected a time') });

/** Opens an Alertmanager: nothing is asked of it yet. */
export function connectAlertmanager(options: AlertmanagerOptions): Alertmanager {
  const { url, timeoutMs, ca } = options;
  const limits = { ...bounds, ...options.limits };
  const name = withoutSecrets(url).replace(/\/$/, '');
  const agent = new Agent({
    connections: 2,
    allowH2: false,
    maxResponseSize: limits.bytes,
    connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
  });

  async function get(path: string, signal: AbortSignal): Promise<{ body: unknown; date: number }> {
    const authorization = options.authorization?.();
    const { statusCode, headers, body } = await agent.request({
      origin: new URL(url).origin,
      path: `${new URL(url).pathname.replace(/\/$/, '')}${path}`,
      method: 'GET',
      headers: { accept: 'application/json', 'user-agent': 'alertwright', ...(authorization ? { authorization } : {}) },
      signal,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`it answered ${statusCode}: ${redact(excerpt(text, 200)).trim()}`);
    return { body: JSON.parse(text), date: Date.parse(String(headers['date'])) };
  }

  async function read(signal: AbortSignal): Promise<OpenAlerts> {
    const { body } = await get('/api/v2/alerts', signal);
    // After the alerts: when it was started anew in between, this must not look as if it had them all.
    const status = await get('/api/v2/status', signal);
    const startedAt = Date.parse(Status.parse(status.body).uptime);
    if (!Array.isArray(body)) throw new Error('expected a list of alerts, got something else');
    const alerts: OpenAlert[] = [];
    for (const [index, raw] of body.slice(0, limits.alerts).entries()) {
      const alert = readOpenAlert(raw);
      if (alert) alerts.push(alert);
      if (index % readAtOnce === 0) await nextTurn();
    }
    return {
      ...(status.date > 0 ? { now: status.date } : {}),
      startedAt,
      alerts,
      complete: alerts.length === body.length,
    };
  }

  return {
    name,
    async read(signal) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await read(AbortSignal.any([signal, timeout]));
      } catch (error) {
        signal.throwIfAborted();
        const problem = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : problemOf(error, limits);
        throw new AlertwrightError('alertmanager', `the Alertmanager at ${name}: ${problem}`);
      }
    },
    close: () => agent.destroy(),
  };
}

function problemOf(error: unknown, { bytes }: AnswerLimits): string {
  if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return `expected an answer below ${bytes} bytes, got more`;
  if (error instanceof SyntaxError) return 'expected JSON, got something else';
  if (error instanceof z.ZodError) return 'expected the status of an Alertmanager, got something else';
  // Where several addresses were tried, only the code is said.
  return messageOf(error) || codeOf(error) || 'no connection';
}
