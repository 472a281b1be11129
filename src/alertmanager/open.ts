import type { Clock } from '../lib/clock.ts';
import { readConfiguredFile } from '../lib/configured_file.ts';
import { AlertwrightError, exitCodes } from '../lib/errors.ts';
import { createFresh } from '../lib/fresh_files.ts';
import type { Log } from '../lib/log.ts';
import type { Alertmanager } from './alertmanager.ts';
import { connectAlertmanager } from './connect.ts';

/** Where Alertmanager is, and how it lets us in. The replicas of a pair share all but their URLs. */
export interface AlertmanagerAccess {
  url?: string | undefined;
  urls: readonly string[];
  timeoutSeconds: number;
  token?: string | undefined;
  tokenFile?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  passwordFile?: string | undefined;
  caFile?: string | undefined;
}

/** Throws AlertwrightError when a file that the configuration names can't be read. */
export function openAlertmanagers(access: AlertmanagerAccess, around: { clock: Clock; log: Log }): Alertmanager[] {
  const { url, urls, timeoutSeconds, caFile } = access;
  refuseBoth(access, ['token', 'tokenFile']);
  refuseBoth(access, ['password', 'passwordFile']);
  refuseBoth(access, ['user', access.token === undefined ? 'tokenFile' : 'token']);
  const ca = caFile === undefined ? undefined : readConfiguredFile(caFile, 'the file of alertmanager.caFile');
  const authorization = authorizationOf(access, around);
  return [...new Set([...(url === undefined ? [] : [url]), ...urls])].map(each =>
    connectAlertmanager({ url: each, timeoutMs: timeoutSeconds * 1000, authorization, ca }),
  );
}

function refuseBoth(
  access: AlertmanagerAccess,
  [one, other]: [keyof AlertmanagerAccess, keyof AlertmanagerAccess],
): void {
  if (access[one] === undefined || access[other] === undefined) return;
  throw new AlertwrightError('config', `expected alertmanager.${one} or alertmanager.${other}, got both`, {
    remedy: 'Keep the one that its Alertmanager asks for, and remove the other.',
    exitCode: exitCodes.config,
  });
}

function authorizationOf(access: AlertmanagerAccess, around: { clock: Clock; log: Log }): () => string | undefined {
  const { user } = access;
  if (user !== undefined) {
    const password = secretFrom(access.password, access.passwordFile, 'the file of alertmanager.passwordFile', around);
    return () => `Basic ${Buffer.from(`${user}:${password() ?? ''}`).toString('base64')}`;
  }
  const token = secretFrom(access.token, access.tokenFile, 'the file of alertmanager.tokenFile', around);
  return () => {
    const known = token();
    return known === undefined ? undefined : `Bearer ${known}`;
  };
}

function secretFrom(
  value: string | undefined,
  file: string | undefined,
  what: string,
  around: { clock: Clock; log: Log },
): () => string | undefined {
  if (file === undefined) return () => value;
  return createFresh([{ file, what }], texts => texts[0]!.trim(), around);
}
