import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from './address.ts';
import { Refusal } from './refusal.ts';

/** Checks who calls, before anything of the request is read. */
export type Doorkeeper = (request: Pick<FastifyRequest, 'headers' | 'hostname'>) => void;

/** With a token, callers must send it. Without one we are on loopback only, and see to it that it stays that way. */
export function createDoorkeeper(token: string | undefined): Doorkeeper {
  if (token === undefined) return refuseForeignHosts;
  const expected = digest(`Bearer ${token}`);
  return ({ headers }) => {
    if (timingSafeEqual(digest(headers.authorization ?? ''), expected)) return;
    throw new Refusal(401, 'unauthorized', 'expected the bearer token of this server (auth.token) in Authorization');
  };
}

/** A web page can point a name of its own at 127.0.0.1; the name then shows in the Host header. */
function refuseForeignHosts({ hostname }: { hostname: string }): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return;
  throw new Refusal(403, 'foreign_host', `expected a request for this machine, got one for ${host.slice(0, 100)}`);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
