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
  refuse(access);
  const ca = caFile === undefined ? undefined : readConfiguredFile(caFile, 'the file of alertmanager.caFile');
  const authorization = authorizationOf(access, around);
  return [...new Set([...(url === undefined ? [] : [url]), ...urls])].map(each =>
    connectAlertmanager({ url: each, timeoutMs: timeoutSeconds * 1000, authorization, ca }),
  );
}

type Key = keyof AlertmanagerAccess;

const either: [Key, Key][] = [
  ['token', 'tokenFile'],
  ['password', 'passwordFile'],
  ['user', 'token'],
  ['user', 'tokenFile'],
];
const secrets: readonly Key[] = ['token', 'tokenFile', 'user', 'password', 'passwordFile', 'caFile'];

function refuse(access: AlertmanagerAccess): void {
  const has = (key: Key) => access[key] !== undefined;
  const both = either.find(keys => keys.every(has));
  if (both)
    throw misfit(`expected alertmanager.${both[0]} or alertmanager.${both[1]}, got both`, 'Remove one of them.');
  const alone = secrets.find(has);
  if (alone && !has('url') && access.urls.length === 0)
    throw misfit(`expected alertmanager.url with alertmanager.${alone}, got none`, 'Say where Alertmanager is.');
  if (!has('user') && (has('password') || has('passwordFile')))
    throw misfit('expected alertmanager.user with alertmanager.password, got none', 'Say whose password it is.');
}

function misfit(problem: string, remedy: string): AlertwrightError {
  return new AlertwrightError('config', problem, { remedy, exitCode: exitCodes.config });
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
