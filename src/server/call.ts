import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate, rootCertificates } from 'node:tls';
import { Agent, type buildConnector, fetch as fetchThrough } from 'undici';
import { readConfiguredFile } from '../lib/configured_file.ts';
import { authorizationOf } from './credentials.ts';
import type { EntranceSettings } from './entrance.ts';
import type { TlsSettings } from './tls.ts';

/** `fetch`, for a server that runs with this configuration: shows what it asks for, and knows its certificate. */
export function callerOf({ auth, tls }: Pick<EntranceSettings, 'auth' | 'tls'>): typeof fetch {
  return async (url, init) => {
    const headers = new Headers(init?.headers);
    const authorization = authorizationOf(auth);
    if (authorization) headers.set('authorization', authorization);
    if (!tls || !String(url).startsWith('https:')) return fetch(url, { ...init, headers });
    const agent = new Agent({ connect: connectionTo(tls) });
    // The same fetch as Node's own, of a later version; only their types are not.
    const through = fetchThrough as unknown as (url: string, init: object) => Promise<Response>;
    const request = { ...init, headers: Object.fromEntries(headers), dispatcher: agent };
    return through(String(url), request).finally(() => void agent.close());
  };
}

/**
 * Its certificate is known to us, whatever name it is for and whoever has signed it. Where callers must show one too,
 * we show the same: it is the only one that we have.
 */
function connectionTo({ certFile, keyFile, clientCaFile }: TlsSettings): buildConnector.BuildOptions {
  const cert = readConfiguredFile(certFile, 'the file of tls.certFile');
  const own = new X509Certificate(cert).fingerprint256;
  return {
    ca: [...rootCertificates, cert],
    allowPartialTrustChain: true,
    checkServerIdentity: (host: string, shown: PeerCertificate) =>
      shown.fingerprint256 === own ? undefined : checkServerIdentity(host, shown),
    ...(clientCaFile === undefined ? {} : { cert, key: readConfiguredFile(keyFile, 'the file of tls.keyFile') }),
  };
}
