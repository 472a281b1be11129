import type { Surroundings } from '../lib/fresh_files.ts';
import { type Access, openOnLoopback, refuseOpen } from './access.ts';
import { isLoopback, parseAddress } from './address.ts';
import { type CredentialSettings, hasCredentials, openCredentials } from './credentials.ts';
import { mostConnections } from './http_server.ts';
import type { CallLimits } from './limits.ts';
import { invalid } from './secrets.ts';
import { type CertificateSource, openTls, type TlsSettings } from './tls.ts';

/** What a configuration says about who may call, and how often. */
export interface EntranceSettings {
  listen: string;
  auth: CredentialSettings & { webhook: CredentialSettings; anonymous: boolean };
  tls?: TlsSettings | undefined;
  limits: CallLimits & { connections: number; failedLoginsPerMinute: number };
}

/** The same, with its secrets and certificates at hand. */
export interface Entrance {
  access: Access;
  certificates?: CertificateSource | undefined;
  /** None for a server that only we ourselves call. */
  limits?: CallLimits | undefined;
  connections: number;
}

/** For servers on loopback that only we ourselves call. */
export const plainEntrance: Entrance = { access: openOnLoopback, connections: mostConnections };

/** Reads secrets and certificates; throws AlertwrightError, with the key, when they can't be used. */
export function openEntrance(settings: EntranceSettings, surroundings: Surroundings): Entrance {
  const { listen, auth, tls, limits } = settings;
  refuseContradictions(settings);
  const { host } = parseAddress(listen);
  const access = {
    credentials: openCredentials({ all: auth, deliver: auth.webhook }, surroundings),
    clientCertificate: tls?.clientCaFile !== undefined,
    // On loopback nobody has to be let in from elsewhere, and web pages must not be.
    anonymous: auth.anonymous && !isLoopback(host),
    failuresPerMinute: limits.failedLoginsPerMinute,
  };
  refuseOpen(access, host);
  const certificates = tls && openTls(tls, surroundings);
  return { access, certificates, limits, connections: limits.connections };
}

function refuseContradictions({ auth, tls }: EntranceSettings): void {
  const [full, delivering] = [hasCredentials(auth), hasCredentials(auth.webhook)];
  if (delivering && !full)
    throw invalid(
      'auth.webhook is for those who only deliver alerts, and auth names no token or user for those who read and approve',
      'Set auth.tokenFile (ALERTWRIGHT_AUTH_TOKEN_FILE) too.',
    );
  if (auth.anonymous && (full || tls?.clientCaFile !== undefined))
    throw invalid(
      `auth.anonymous lets everybody in, and ${full ? 'auth names tokens or users' : 'tls.clientCaFile asks for certificates'}`,
      'Remove one of them.',
    );
}
