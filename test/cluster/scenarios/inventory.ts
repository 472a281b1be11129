import { systemClock } from '../../../src/lib/clock.ts';
import { createHttpClient, type HttpClient } from '../../../src/simulation/api/client_over_http.ts';
import type { ControlPlane } from '../control_plane.ts';

/** They tell of what was; they go by themselves, after an hour. */
const memories = new Set(['events', 'events.events.k8s.io']);
/** A control plane that has just started still makes them. */
const ownBeginnings = /^(configmaps|serviceaccounts) [a-z-]+\/(kube-root-ca\.crt|default)$/;
/** Garbage takes a moment to be found, and a busy machine many. */
const patience = 120;

/** Everything that a control plane holds, by name. */
export function inventory(plane: ControlPlane): Promise<string[]> {
  return withClient(plane, async client => {
    const names: string[] = [];
    for (const { name, verbs } of await client.resources()) {
      if (!verbs.includes('list') || memories.has(name)) continue;
      const { items } = await client.list(name);
      names.push(...items.map(({ metadata }) => `${name} ${metadata.namespace ?? ''}/${metadata.name}`));
    }
    return names;
  });
}

/** What is there now and was not, once the garbage collector has had its time. */
export async function leftOn(plane: ControlPlane, found: readonly string[]): Promise<string[]> {
  const known = new Set(found);
  for (let waited = 0; ; waited++) {
    const left = (await inventory(plane)).filter(name => !known.has(name) && !ownBeginnings.test(name));
    if (left.length === 0 || waited >= patience) return left;
    await systemClock.sleep(500);
  }
}

async function withClient<T>(
  { url, token, certificate }: ControlPlane,
  work: (client: HttpClient) => Promise<T>,
): Promise<T> {
  const client = createHttpClient({ url, token, certificate, clock: systemClock, manager: 'kubectl' });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
