import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { createTally, sourceOf } from './rate_limit.ts';
import { type CertificateSource, keepCertificates } from './tls.ts';

/** How long somebody who connects may take, in milliseconds. */
export interface Patience {
  /** For the TLS handshake, and for the first line and the headers of a request. */
  headers: number;
  /** For a whole request, from its first byte to its last. */
  request: number;
  /** Between two requests over one connection. */
  keepAlive: number;
  /** Without any byte in either direction while a request is under way: somebody may never read the answer. */
  silence: number;
  /** How often we look who has taken too long. */
  lookEvery: number;
}

/** Alertmanager keeps a connection for its next notification, most often within a minute. */
const patience: Patience = {
  headers: 10_000,
  request: 20_000,
  keepAlive: 72_000,
  silence: 120_000,
  lookEvery: 2_000,
};

export interface HttpServerDeps {
  /** How many connections are open at most, half of them from one address; further ones are closed at once. */
  connections: number;
  certificates?: CertificateSource | undefined;
  patience?: Patience | undefined;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

export const mostConnections = 1_000;

/** The server below fastify. Nobody holds a connection for ever, whatever they send, or don't. */
export function createHttpServer(handler: RequestListener, deps: HttpServerDeps): Server {
  const { connections, certificates, clock, log } = deps;
  const { headers, request, keepAlive, silence, lookEvery } = deps.patience ?? patience;
  const times = { headersTimeout: headers, requestTimeout: request, connectionsCheckingInterval: lookEvery };
  const server = certificates ? tlsServer(certificates) : createServer(times, handler);
  server.keepAliveTimeout = keepAlive;
  server.timeout = silence;
  server.maxConnections = connections;
  const tally = createTally(clock);
  const dropped = (source: string) => {
    const count = tally(source);
    if (count !== undefined)
      log.warn({ source, count, connections }, 'connections beyond limits.connections were closed');
  };
  server.on('drop', () => dropped('all'));
  leaveRoomForOthers(server, Math.ceil(connections / 2), dropped);
  return server;

  function tlsServer(source: CertificateSource): Server {
    const now = source();
    // Health needs no certificate, so a connection without one is let in; the doorkeeper sees to the rest.
    const mutual = now.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
    const tls = createTlsServer({ ...times, ...now, ...mutual, handshakeTimeout: headers }, handler);
    keepCertificates(tls, source);
    closeHandshakesToo(tls);
    return tls;
  }
}

/** Of all connections one address has half at most, so that it can't keep everybody else out. */
function leaveRoomForOthers(server: Server, most: number, dropped: (source: string) => void): void {
  const open = new Map<string, number>();
  server.on('connection', socket => {
    const source = sourceOf(socket.remoteAddress ?? '');
    const count = (open.get(source) ?? 0) + 1;
    open.set(source, count);
    socket.once('close', () => {
      const left = open.get(source)! - 1;
      if (left > 0) open.set(source, left);
      else open.delete(source);
    });
    if (count <= most) return;
    socket.destroy();
    dropped(source);
  });
}

/** A connection counts for HTTP only after its handshake; one that is still at it would keep the server from closing. */
function closeHandshakesToo(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.closeAllConnections = () => {
    for (const socket of open) socket.destroy();
  };
}

const misreadings: Record<string, [status: string, code: string, message: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'too_slow', 'the request took too long to arrive'],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers_too_long',
    'expected headers of at most 16 KiB',
  ],
};

/**
 * Answers what is no HTTP, or comes too slowly, in the same form as everything else. The connection is ended there and
 * then: whoever doesn't read the answer, or never came to the end of a handshake, would keep it open otherwise.
 */
export function answerMisreading(error: Error, socket: Socket): void {
  const [status, code, message] = misreadings[codeOf(error) ?? ''] ?? [
    '400 Bad Request',
    'no_http',
    'expected HTTP/1.1',
  ];
  const body = JSON.stringify({ error: { code, message } });
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy();
}
