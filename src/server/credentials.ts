import { timingSafeEqual } from 'node:crypto';
import type { Surroundings } from '../lib/fresh_files.ts';
import {
  basicOf,
  bearer,
  digestOfShown,
  firstSecret,
  fixedSecret,
  invalid,
  type SecretSource,
  secretFile,
} from './secrets.ts';

/** What a caller may do: everything, or deliver alerts and nothing else. */
export type Power = 'all' | 'deliver';

/** Credentials of one power, as they stand below `auth` or `auth.webhook`. */
export interface CredentialSettings {
  token?: string | undefined;
  tokens: readonly string[];
  tokenFile?: string | undefined;
  tokenFiles: readonly string[];
  users: readonly User[];
}

interface User {
  name: string;
  password?: string | undefined;
  passwordFile?: string | undefined;
}

export interface Credentials {
  /** What an Authorization header is good for; nothing when it shows none of ours. */
  powerOf(authorization: string | undefined): Power | undefined;
  /** How to ask for them. */
  challenge: string;
}

/** Opens all credentials; undefined when there are none. Throws when a file of them can't be read. */
export function openCredentials(
  { all, deliver }: Record<Power, CredentialSettings>,
  surroundings: Surroundings,
): Credentials | undefined {
  const sources = [
    ...sourcesOf(all, 'auth', surroundings).map(digests => ({ power: 'all', digests }) as const),
    ...sourcesOf(deliver, 'auth.webhook', surroundings).map(digests => ({ power: 'deliver', digests }) as const),
  ];
  if (sources.length === 0) return undefined;
  const hasUsers = all.users.length + deliver.users.length > 0;
  return {
    challenge: hasUsers ? 'Bearer, Basic realm="alertwright", charset="UTF-8"' : 'Bearer',
    powerOf(authorization) {
      const shown = digestOfShown(authorization);
      // Every one is compared, whatever has matched before: how long it takes tells nothing.
      const matched = sources.flatMap(({ power, digests }) =>
        digests().map(expected => (timingSafeEqual(shown, expected) ? power : undefined)),
      );
      // What stands in both places lies in Alertmanager's configuration too.
      return matched.includes('deliver') ? 'deliver' : matched.find(power => power !== undefined);
    },
  };
}

export function hasCredentials({ token, tokens, tokenFile, tokenFiles, users }: CredentialSettings): boolean {
  return token !== undefined || tokenFile !== undefined || tokens.length + tokenFiles.length + users.length > 0;
}

/** The Authorization header with which we call a server of the same configuration; undefined when it asks for none. */
export function authorizationOf({ token, tokens, tokenFile, tokenFiles, users }: CredentialSettings) {
  const file = tokenFile ?? tokenFiles[0];
  const shown = token ?? tokens[0] ?? (file && firstSecret({ file, key: 'auth.tokenFile' }, bearer));
  if (shown !== undefined) return `Bearer ${shown}`;
  const user = users[0];
  if (!user) return undefined;
  const { name, password, passwordFile = '' } = user;
  const secret = password ?? firstSecret({ file: passwordFile, key: 'auth.users.0.passwordFile' }, basicOf(name));
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
}

function sourcesOf(settings: CredentialSettings, key: string, surroundings: Surroundings): SecretSource[] {
  const { token, tokens, tokenFile, tokenFiles, users } = settings;
  if (token !== undefined && tokenFile !== undefined)
    throw invalid(`expected ${key}.token or ${key}.tokenFile, got both`, 'Keep the file, and remove the other.');
  const files = [
    ...(tokenFile === undefined ? [] : [{ file: tokenFile, key: `${key}.tokenFile` }]),
    ...tokenFiles.map((file, index) => ({ file, key: `${key}.tokenFiles.${index}` })),
  ];
  return [
    ...[token ?? [], tokens].flat().map(each => fixedSecret(each, bearer)),
    ...files.map(named => secretFile(named, bearer, surroundings)),
    ...users.map((user, index) => sourceOf(user, `${key}.users.${index}`, surroundings)),
  ];
}

function sourceOf({ name, password, passwordFile }: User, key: string, surroundings: Surroundings): SecretSource {
  const kind = basicOf(name);
  if (password !== undefined && passwordFile === undefined) return fixedSecret(password, kind);
  if (password === undefined && passwordFile !== undefined)
    return secretFile({ file: passwordFile, key: `${key}.passwordFile` }, kind, surroundings);
  throw invalid(
    `expected ${key}.password or ${key}.passwordFile, got ${password === undefined ? 'neither' : 'both'}`,
    'Give each user one of them.',
  );
}
