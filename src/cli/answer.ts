import { userInfo } from 'node:os';
import { type Config, loadConfig } from '../config.ts';
import { AlertwrightError, type ExitCode, exitCodes, messageOf } from '../lib/errors.ts';
import { parseAddress } from '../server/address.ts';
import { callerOf } from '../server/call.ts';
import type { Context } from './program.ts';

export interface AnswerOptions {
  incident: string;
  verb: 'approve' | 'reject';
  plan: string;
  by?: string;
  reason?: string;
  server?: string;
  config?: string;
}

const patienceMs = 10_000;

/** Tells a running server what a person says about a plan. */
export async function answer(options: AnswerOptions, { terminal }: Context): Promise<ExitCode> {
  const config = loadConfig({ file: options.config });
  const server = options.server ?? urlOf(config);
  const { incident, verb, plan, by = userInfo().username, reason = '' } = options;
  await post(server, `/api/v1/incidents/${encodeURIComponent(incident)}/approval`, callerOf(config), {
    plan,
    approve: verb === 'approve',
    by,
    reason,
  });
  terminal.out(`${verb === 'approve' ? 'approved' : 'rejected'}: plan ${plan} of ${incident}, by ${by}`);
  return exitCodes.ok;
}

/** A server that listens everywhere is reached on this machine by loopback. */
function urlOf({ listen, tls }: Config): string {
  const { host, port } = parseAddress(listen);
  const scheme = tls ? 'https' : 'http';
  if (host === '::' || host === '0.0.0.0') return `${scheme}://127.0.0.1:${port}`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function post(server: string, path: string, call: typeof fetch, body: object): Promise<void> {
  const url = resolve(path, server);
  const response = await call(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  }).catch((error: unknown) => {
    throw away(server, messageOf((error instanceof Error && error.cause) || error));
  });
  if (response.ok) return;
  const problem = (await response.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
  throw new AlertwrightError('refused', problem?.error?.message ?? `the server answered ${response.status}`, {
    ...(response.status === 401 ? { remedy: 'Set auth.tokenFile (ALERTWRIGHT_AUTH_TOKEN_FILE) to its token.' } : {}),
  });
}

function resolve(path: string, server: string): URL {
  if (URL.canParse(path, server)) return new URL(path, server);
  throw new AlertwrightError('usage', `expected the URL of a server, got "${server}"`, {
    remedy: 'Give it with --server, such as http://127.0.0.1:9099.',
    exitCode: exitCodes.usage,
  });
}

function away(server: string, reason: string): AlertwrightError {
  return new AlertwrightError('unavailable', `expected alertwright to answer at ${server}, got: ${reason}`, {
    remedy: 'Start it with `alertwright serve`, or say with --server where it is.',
    exitCode: exitCodes.unavailable,
  });
}
