import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../lib/clock.ts';
import { AlertwrightError, exitCodes } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { isLoopback } from './address.ts';
import type { Credentials, Power } from './credentials.ts';
import { createRateLimit, createTally, sourceOf } from './rate_limit.ts';
import { Refusal } from './refusal.ts';

/** What callers must show. */
export interface Access {
  credentials?: Credentials | undefined;
  /** A certificate that the clients' CA has signed; the TLS layer asks for it. */
  clientCertificate: boolean;
  /** The configuration lets everybody in, from wherever they come. */
  anonymous: boolean;
  failuresPerMinute: number;
}

/** Nothing to show: for servers on loopback. */
export const openOnLoopback: Access = { clientCertificate: false, anonymous: false, failuresPerMinute: 30 };

/**
 * Whoever reaches us can read incidents and approve plans. So beyond loopback callers must show something, or the
 * configuration must say that they need not.
 */
export function refuseOpen({ credentials, clientCertificate, anonymous }: Access, host: string): void {
  if (credentials || clientCertificate || anonymous || isLoopback(host)) return;
  throw new AlertwrightError('listen_open', `listening on ${host} without a token would let anyone approve`, {
    remedy:
      'Set auth.tokenFile (ALERTWRIGHT_AUTH_TOKEN_FILE), or listen on 127.0.0.1. ' +
      'Where the network itself keeps everybody else away, auth.anonymous: true lets all in.',
    exitCode: exitCodes.config,
  });
}

/** Lets a caller in who may do what it asks for, before anything of the body is read; throws a Refusal otherwise. */
export type Doorkeeper = (request: Caller, asksFor: Power) => void;

export type Caller = Pick<FastifyRequest, 'headers' | 'hostname' | 'ip'> & { socket: object };

export function createDoorkeeper(access: Access, { clock, log }: { clock: Pick<Clock, 'now'>; log: Log }): Doorkeeper {
  const { credentials, clientCertificate, anonymous, failuresPerMinute } = access;
  const failures = createRateLimit({ perSecond: failuresPerMinute / 60, burst: failuresPerMinute }, clock);
  const tally = createTally(clock);

  return (caller, asksFor) => {
    if (clientCertificate && !isVerified(caller.socket)) throw failed(caller, noCertificate());
    if (!credentials) {
      if (!clientCertificate && !anonymous) refuseForeignHosts(caller);
      return;
    }
    const power = credentials.powerOf(caller.headers.authorization);
    if (power === undefined) throw failed(caller, unauthorized(credentials.challenge));
    if (power === 'deliver' && asksFor === 'all') throw deliversOnly();
  };

  /** Only who has shown nothing good comes here: guessing is slowed down, and costs nobody else anything. */
  function failed({ ip }: Caller, refusal: Refusal): Refusal {
    const source = sourceOf(ip);
    const waitMs = failures(source);
    const count = tally(source);
    if (count !== undefined) log.warn({ source, count, why: refusal.code }, 'callers were refused');
    return waitMs === 0 ? refusal : tooManyFailures(waitMs);
  }
}

/** Also false for a session that began without a certificate and is resumed. */
function isVerified(socket: object): boolean {
  return socket instanceof TLSSocket && socket.authorized;
}

/** A web page can point a name of its own at 127.0.0.1; the name then shows in the Host header. */
function refuseForeignHosts({ hostname }: Caller): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return;
  throw new Refusal(403, 'foreign_host', `expected a request for this machine, got one for ${host.slice(0, 100)}`);
}

function unauthorized(challenge: string): Refusal {
  const says = 'expected a token or user of this server (auth in its configuration) in Authorization';
  return new Refusal(401, 'unauthorized', says, { 'www-authenticate': challenge });
}

function noCertificate(): Refusal {
  return new Refusal(403, 'client_certificate', 'expected a client certificate signed by the CA of tls.clientCaFile');
}

function deliversOnly(): Refusal {
  const says = 'a credential of auth.webhook delivers alerts and can do nothing else; use one that stands only in auth';
  return new Refusal(403, 'delivers_only', says);
}

function tooManyFailures(waitMs: number): Refusal {
  const says = 'too many calls from this address with nothing that lets them in (limits.failedLoginsPerMinute)';
  return new Refusal(429, 'too_many_failures', says, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
}
