import { createHash } from 'node:crypto';
import { readConfiguredFile } from '../lib/configured_file.ts';
import { AlertwrightError, exitCodes } from '../lib/errors.ts';
import { createFresh, type Surroundings } from '../lib/fresh_files.ts';

/** What is kept of a secret: enough to recognise it, and of one length for all. */
export type Digest = Buffer;

/** The secrets that are good right now. */
export type SecretSource = () => readonly Digest[];

/** How a kind of secret is shown by callers, in one form: see `digestOfShown`. */
export interface SecretKind {
  form(secret: string): string;
  allowed: RegExp;
  says: string;
}

/** A header carries no other characters unharmed. */
export const bearer: SecretKind = {
  form: token => `bearer ${token}`,
  allowed: /^[\x21-\x7e]+$/,
  says: 'printable ASCII characters without spaces',
};

export function basicOf(user: string): SecretKind {
  return { form: password => `basic ${user}:${password}`, allowed: /^\P{Cc}+$/u, says: 'printable characters' };
}

/** A digest of what an Authorization header shows. Schemes have no case, and Base64 has more than one way to say a thing. */
export function digestOfShown(authorization = ''): Digest {
  const [, scheme = '', rest = ''] = /^(\S+) +(\S.*)$/.exec(authorization.trim()) ?? [];
  const isBasic = scheme.toLowerCase() === 'basic';
  return digest(`${scheme.toLowerCase()} ${isBasic ? Buffer.from(rest, 'base64').toString() : rest}`);
}

export function fixedSecret(secret: string, kind: SecretKind): SecretSource {
  const digests = [digest(kind.form(secret))];
  return () => digests;
}

/** One secret a line, all of them good: the old one and the new one, while callers change over. */
export function secretFile(named: SecretFile, kind: SecretKind, surroundings: Surroundings): SecretSource {
  const { file, key } = named;
  const make = ([text = '']: string[]) => secretsIn(text, named, kind).map(secret => digest(kind.form(secret)));
  return createFresh([{ file, what: `the file of ${key}` }], make, surroundings);
}

/** For whoever shows a secret: the first one in a file. */
export function firstSecret(named: SecretFile, kind: SecretKind): string {
  return secretsIn(readConfiguredFile(named.file, `the file of ${named.key}`), named, kind)[0]!;
}

export interface SecretFile {
  file: string;
  /** The key of the configuration that names it. */
  key: string;
}

function secretsIn(text: string, { file, key }: SecretFile, { allowed, says }: SecretKind): string[] {
  const lines = text.split('\n').map(line => line.trim());
  const odd = lines.findIndex(line => line !== '' && !allowed.test(line));
  if (odd >= 0)
    throw invalid(
      `${key}: expected ${says} in ${file}, got others in line ${odd + 1}`,
      'Write one secret a line. `openssl rand -hex 32` makes a good one.',
    );
  const secrets = lines.filter(line => line !== '');
  if (secrets.length === 0)
    throw invalid(`${key}: expected a secret in ${file}, got an empty file`, 'Write it there, one a line.');
  return secrets;
}

function digest(text: string): Digest {
  return createHash('sha256').update(text).digest();
}

/** A refusal of what the configuration says about who may call. */
export function invalid(message: string, remedy: string): AlertwrightError {
  return new AlertwrightError('config', message, { remedy, exitCode: exitCodes.config });
}
