import { AlertwrightError, exitCodes } from '../lib/errors.ts';

export interface Address {
  host: string;
  port: number;
}

/** Takes `host:port` apart. No host means every interface. */
export function parseAddress(listen: string): Address {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(listen.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port > 65_535) {
    throw new AlertwrightError('listen', `expected host:port with a port up to 65535, got "${listen}"`, {
      remedy: 'Set listen (ALERTWRIGHT_LISTEN), for example to 127.0.0.1:9099.',
      exitCode: exitCodes.config,
    });
  }
  return { host: host || '::', port };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
