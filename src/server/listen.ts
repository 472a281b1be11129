import type { FastifyInstance } from 'fastify';
import { AlertwrightError, codeOf, exitCodes, messageOf } from '../lib/errors.ts';
import { type Address, isLoopback } from './address.ts';

/**
 * Opens the doors and says where they are. Whoever reaches us can read incidents and approve plans, so beyond loopback
 * a token is needed.
 */
export async function listen(server: FastifyInstance, address: Address, options: { token: boolean }): Promise<string> {
  if (!options.token && !isLoopback(address.host)) {
    throw new AlertwrightError('listen_open', `listening on ${address.host} without a token would let anyone approve`, {
      remedy: 'Set auth.tokenFile (ALERTWRIGHT_AUTH_TOKEN_FILE), or listen on 127.0.0.1.',
      exitCode: exitCodes.config,
    });
  }
  try {
    return await server.listen(address);
  } catch (error) {
    throw explained(error, address);
  }
}

function explained(error: unknown, { host, port }: Address): unknown {
  const change = 'set listen (ALERTWRIGHT_LISTEN)';
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return problem(`port ${port} on ${host} is in use by another program`, `Stop it, or ${change} to another port.`);
    case 'EACCES':
      return problem(`no permission to listen on port ${port}`, `Use a port above 1023: ${change}.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return problem(`${host} is not an address of this machine (${messageOf(error)})`, `Correct it: ${change}.`);
    default:
      return error;
  }

  function problem(message: string, remedy: string): AlertwrightError {
    return new AlertwrightError('listen', message, { remedy, exitCode: exitCodes.unavailable, cause: error });
  }
}
