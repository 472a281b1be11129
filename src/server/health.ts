import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../durable/store.ts';
import { ClusterError, type ClusterReader } from '../kubernetes/cluster.ts';
import { kinds } from '../kubernetes/kinds.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';

export interface HealthDeps {
  /** By name, what has to be well before alerts can be worked on. */
  checks: Readonly<Record<string, () => Readiness | Promise<Readiness>>>;
}

/** Alive is whoever answers. Ready is whose parts are all well. */
export function addHealth(server: FastifyInstance, { checks }: HealthDeps): void {
  server.get('/healthz', async () => ({ status: 'ok' }));

  server.get('/readyz', async (_request, reply) => {
    const found = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
    );
    const ready = found.every(([, readiness]) => readiness.ok);
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(found.map(([name, readiness]) => [name, readiness.ok ? 'ok' : readiness.reason])),
    });
  });
}

const staleAfterMs = 10_000;
const patienceMs = 3_000;

/** Whether the API server answers, as last seen: asked again only when that is some seconds ago. */
export function createClusterCheck(
  cluster: Pick<ClusterReader, 'get'>,
  clock: Pick<Clock, 'now'>,
): () => Promise<Readiness> {
  let seen: { at: number; readiness: Promise<Readiness> } | undefined;
  return () => {
    if (!seen || clock.now() - seen.at > staleAfterMs) seen = { at: clock.now(), readiness: reach(cluster) };
    return seen.readiness;
  };
}

/** A refusal is an answer too: what we may see there is not asked. */
async function reach(cluster: Pick<ClusterReader, 'get'>): Promise<Readiness> {
  try {
    await cluster.get({ ...kinds.namespace, name: 'default' }, AbortSignal.timeout(patienceMs));
    return { ok: true };
  } catch (error) {
    if (error instanceof ClusterError && (error.status === 403 || error.status === 404)) return { ok: true };
    return { ok: false, reason: `the API server: ${messageOf(error)}` };
  }
}
