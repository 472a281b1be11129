import type { KubeEvent } from '../../kubernetes/objects.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ApiClient, ApiError } from '../api/client.ts';

const lifetime = 3_600_000;
const every = 300_000;

/** Forgets events an hour after they last happened, as an API server does with its default settings. */
export function createEventExpiry({ client, clock }: { client: ApiClient; clock: Clock }): { stop(): void } {
  const stopped = new AbortController();

  async function keepExpiring(): Promise<void> {
    for (;;) {
      await clock.sleep(every, stopped.signal);
      const { items } = await client.list<KubeEvent>('events');
      for (const { metadata, lastTimestamp = metadata.creationTimestamp } of items) {
        if (clock.now() - Date.parse(lastTimestamp ?? '') <= lifetime) continue;
        const { name, namespace = '' } = metadata;
        await client.delete({ resource: 'events', name, namespace }).catch(ignoreGone);
      }
    }
  }

  keepExpiring().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return { stop: () => stopped.abort() };
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 404)) throw error;
}
