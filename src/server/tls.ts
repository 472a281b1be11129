import { X509Certificate } from 'node:crypto';
import { createSecureContext, type Server as TlsServer } from 'node:tls';
import { messageOf } from '../lib/errors.ts';
import { createFresh, type Surroundings } from '../lib/fresh_files.ts';
import { invalid } from './secrets.ts';

export interface TlsSettings {
  certFile: string;
  keyFile: string;
  /** Whose certificates callers must show. */
  clientCaFile?: string | undefined;
}

export interface Certificates {
  cert: string;
  key: string;
  ca?: string;
  minVersion: 'TLSv1.2';
}

/** The certificates as they are now: read anew when their files change. Throws at first when they are no good. */
export type CertificateSource = () => Certificates;

export function openTls(
  { certFile, keyFile, clientCaFile }: TlsSettings,
  surroundings: Surroundings,
): CertificateSource {
  const files = [
    { file: certFile, what: 'the file of tls.certFile' },
    { file: keyFile, what: 'the file of tls.keyFile' },
    ...(clientCaFile === undefined ? [] : [{ file: clientCaFile, what: 'the file of tls.clientCaFile' }]),
  ];
  function make([cert = '', key = '', ca]: string[]): Certificates {
    refuseNoCertificate(cert, 'tls.certFile', certFile);
    if (ca !== undefined) refuseNoCertificate(ca, 'tls.clientCaFile', clientCaFile!);
    const certificates = { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' } as const;
    try {
      createSecureContext(certificates);
    } catch (error) {
      throw invalid(
        `tls.keyFile: expected the private key of ${certFile} in ${keyFile}, got: ${reasonOf(error)}`,
        'Both are PEM files; the key has no passphrase.',
      );
    }
    return certificates;
  }
  return createFresh(files, make, surroundings);
}

/** Gives a server the certificates of the moment, whenever somebody connects. */
export function keepCertificates(
  server: TlsServer & { closeIdleConnections(): void },
  source: CertificateSource,
): void {
  let given = source();
  server.prependListener('connection', () => {
    const now = source();
    if (now === given) return;
    server.setSecureContext(now);
    // Who was let in by a CA that has gone must show a certificate again.
    if (now.ca !== given.ca) server.closeIdleConnections();
    given = now;
  });
}

/** Node takes a file without any certificate for an empty list. */
function refuseNoCertificate(text: string, key: string, file: string): void {
  try {
    new X509Certificate(text);
  } catch (error) {
    throw invalid(`${key}: expected a PEM certificate in ${file}, got: ${reasonOf(error)}`, 'Check the file.');
  }
}

/** OpenSSL's last words are the ones for people. */
function reasonOf(error: unknown): string {
  return messageOf(error).split(':').at(-1)!.trim();
}
