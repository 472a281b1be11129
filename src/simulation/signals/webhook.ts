import type { Clock } from '../../lib/clock.ts';
import type { Deliver } from './notifier.ts';

/** Posts bodies to a webhook as Alertmanager does. The clock stands still until the answer is there. */
export function deliverTo(url: string, options: { clock: Clock; token?: string; timeoutMs?: number }): Deliver {
  const headers = {
    'content-type': 'application/json',
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
  };
  return body =>
    options.clock.busy(async () => {
      const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
      const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
      // Refused, reset or too slow: all of it may pass.
      const response = await fetch(url, request).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return 'taken';
      return response && response.status < 500 ? 'refused' : 'retry';
    });
}
