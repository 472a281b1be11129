import { localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import { type FastifyInstance, fastify } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { addDoors } from './doors.ts';
import type { Entrance } from './entrance.ts';
import { createHttpServer } from './http_server.ts';
import { Refusal } from './refusal.ts';

export const mcpPath = '/mcp';

/** An MCP server over HTTP, in either era of the protocol, behind the same doors as everything else of ours. */
export function createMcpServer(
  serverFor: () => McpServer,
  { entrance, clock, log }: { entrance: Entrance; clock: Pick<Clock, 'now'>; log: Log },
): FastifyInstance {
  const server = fastify({
    serverFactory: handler => createHttpServer(handler, { ...entrance, clock, log }),
    forceCloseConnections: true,
  });
  const handler = createMcpHandler(serverFor, { onerror: error => log.debug({ problem: messageOf(error) }, 'mcp') });
  const answer = toNodeHandler(handler);
  const isOurs = localhostOriginValidation();
  // The handler reads bodies itself, and has a bound for them.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.setErrorHandler(async (error, _request, reply) => {
    if (!(error instanceof Refusal)) log.error({ problem: messageOf(error) }, 'a request failed');
    const { status, code, headers, message } = error instanceof Refusal ? error : failed;
    return reply.code(status).headers(headers).send({ error: { code, message } });
  });
  server.setNotFoundHandler(async () => {
    throw new Refusal(404, 'no_route', `there is nothing here: MCP is at ${mcpPath}`);
  });
  addDoors(server, entrance, { clock, log });
  server.all(mcpPath, async (request, reply) => {
    reply.hijack();
    // A web page of elsewhere may reach this machine's own servers, and says where it comes from.
    if (!entrance.access.credentials && !isOurs(request.raw, reply.raw)) return;
    // What a server has received has a method and a path; only its type leaves them open.
    await answer(request.raw as Parameters<typeof answer>[0], reply.raw);
  });
  server.addHook('onClose', () => handler.close());
  return server;
}

const failed = new Refusal(500, 'internal', 'this is a bug of alertwright: see its log');
