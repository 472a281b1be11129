import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { AlertwrightError, codeOf, exitCodes, messageOf } from '../lib/errors.ts';
import { type Access, refuseOpen } from './access.ts';
import type { Address } from './address.ts';

/** Opens the doors and says where they are. */
export async function listen(server: FastifyInstance, address: Address, access: Access): Promise<string> {
  refuseOpen(access, address.host);
  try {
    // By that name fastify would listen twice, on servers of its own making.
    const url = await server.listen({ ...address, host: address.host === 'localhost' ? '127.0.0.1' : address.host });
    return server.server instanceof TlsServer ? url.replace(/^http:/, 'https:') : url;
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
