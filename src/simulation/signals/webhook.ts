import type { Clock } from '../../lib/clock.ts';
import type { Deliver } from './notifier.ts';

export interface DeliverOptions {
  /** A bearer token that the webhook asks for. */
  token?: string;
  /** For a webhook that asks for more. */
  fetch?: typeof fetch;
}

/** Posts bodies to a webhook as Alertmanager does. The clock stands still until the answer is there. */
export function deliverTo(url: string, options: DeliverOptions & { clock: Clock; timeoutMs?: number }): Deliver {
  const { fetch: call = fetch } = options;
  const headers = {
    'content-type': 'application/json',
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
  };
  return body =>
    options.clock.busy(async () => {
      const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
      const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
      // Refused, reset or too slow: all of it may pass.
      const response = await call(url, request).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return 'taken';
      return response && response.status < 500 ? 'refused' : 'retry';
    });
}
