import { type FastifyError, type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { isStorageFailure, type Store } from '../durable/store.ts';
import { systemClock } from '../lib/clock.ts';
import { AlertwrightError, codeOf, messageOf } from '../lib/errors.ts';
import { type ApiDeps, addApi } from './api/api.ts';
import { addDoors, leadsTo } from './doors.ts';
import { type Entrance, plainEntrance } from './entrance.ts';
import { addHealth, type HealthDeps } from './health.ts';
import { answerMisreading, createHttpServer, type Patience } from './http_server.ts';
import { addMetrics } from './metrics.ts';
import { Refusal } from './refusal.ts';
import { addWebhook, type WebhookDeps } from './webhook.ts';

export interface ServerDeps extends WebhookDeps, HealthDeps, ApiDeps {
  store: ApiDeps['store'] & Pick<Store, 'healthy'>;
  /** Who may call, and how often; everybody on loopback when it is left out. */
  entrance?: Entrance | undefined;
  patience?: Patience | undefined;
}

/** A storm of alerts is large; anything larger is something else. */
const longestBody = 8 * 2 ** 20;

/** What requests under way have left once the server closes. */
const closingMs = 2_000;

/** The HTTP side: the webhook, the API and health. It listens when `listen` is called with it. */
export function createServer(deps: ServerDeps): FastifyInstance {
  const { log, store, entrance = plainEntrance, clock } = deps;
  const server = fastify({
    bodyLimit: longestBody,
    serverFactory: handler => createHttpServer(handler, { ...entrance, patience: deps.patience, clock, log }),
    clientErrorHandler: answerMisreading,
    frameworkErrors: (error, _request, reply) => answerError(error, reply, deps),
    forceCloseConnections: 'idle',
    // One such name would otherwise have all the alerts of its body refused, for good.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
  });
  closeInTime(server);

  server.removeContentTypeParser('text/plain');
  server.addHook('onResponse', async ({ method, url }, { statusCode, elapsedTime }) => {
    log.debug({ method, path: url.split('?')[0], status: statusCode, ms: Math.round(elapsedTime) }, 'request');
  });
  server.setErrorHandler(async (error, _request, reply) => answerError(error, reply, deps));
  server.setNotFoundHandler(async ({ method, url }) => {
    throw new Refusal(404, 'no_route', `there is nothing at ${method} ${url.split('?')[0]?.slice(0, 200)}`);
  });

  addDoors(server, entrance, { clock, log });
  server.register(async inside => {
    leadsTo(inside, 'health');
    addHealth(inside, { checks: { store: store.healthy, ...deps.checks } });
  });
  server.register(async inside => {
    leadsTo(inside, 'deliver');
    addWebhook(inside, deps);
    addMetrics(inside, store);
  });
  addApi(server, deps);
  return server;
}

/** Whoever never comes to the end of a request must not keep us from ending. */
function closeInTime(server: FastifyInstance): void {
  const closed = new AbortController();
  server.addHook('preClose', async () => {
    const patience = systemClock.sleep(closingMs, closed.signal);
    patience.then(
      () => server.server.closeAllConnections(),
      () => undefined,
    );
  });
  server.addHook('onClose', async () => closed.abort());
}

/** JSON for every failure. When the store is the reason it is 503, so that Alertmanager sends the alerts again. */
function answerError(error: unknown, reply: FastifyReply, { store, log }: ServerDeps): FastifyReply {
  const said = asRefusal(error);
  if (said) {
    return reply
      .code(said.status)
      .headers(said.headers)
      .send({ error: { code: said.code, message: said.message } });
  }
  const problem = messageOf(error);
  log.error({ problem }, 'a request failed');
  if (isStorageFailure(error) || codeOf(error) === 'intake_full' || !store.healthy().ok)
    return reply.code(503).send({ error: { code: 'store', message: problem } });
  return reply.code(500).send({ error: { code: 'internal', message: 'this is a bug of alertwright: see its log' } });
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof AlertwrightError && error.code === 'invalid_payload')
    return new Refusal(400, error.code, error.message);
  const { statusCode, code, message } = error as Partial<FastifyError>;
  if (!statusCode || statusCode >= 500) return undefined;
  return new Refusal(statusCode, code ?? 'refused', refusals[statusCode] ?? message ?? 'refused');
}

const refusals: Record<number, string> = {
  413: `expected a body of at most ${longestBody} bytes, got a longer one`,
  415: 'expected a body with Content-Type: application/json',
};
