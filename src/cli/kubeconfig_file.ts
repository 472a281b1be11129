import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AlertwrightError, exitCodes, messageOf } from '../lib/errors.ts';
import { isEmbeddedKubeconfig } from '../simulation/kubeconfig.ts';

export interface KubeconfigFile {
  path: string;
  /** Removes it, unless somebody named it. */
  remove(): void;
}

/** Writes a kubeconfig where only its owner can read it: to the file that was named, or to one for the time being. */
export function writeKubeconfig(text: string, named?: string): KubeconfigFile {
  if (named === undefined) return writeTemporary(text);
  requireReplaceable(named);
  try {
    writeFileSync(named, text, { mode: 0o600 });
    chmodSync(named, 0o600);
  } catch (cause) {
    throw cannotUse(named, `got: ${messageOf(cause)}`, cause);
  }
  return { path: resolve(named), remove: () => undefined };
}

function writeTemporary(text: string): KubeconfigFile {
  const folder = createTemporaryFolder();
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, text, { mode: 0o600 });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function createTemporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'alertwright-'));
  } catch (cause) {
    throw cannotUse(tmpdir(), `got: ${messageOf(cause)}`, cause);
  }
}

/** Somebody's own kubeconfig, or anything else that isn't ours to replace, is refused. */
export function requireReplaceable(file: string): void {
  const text = read(file);
  if (text === undefined || text.trim() === '' || isEmbeddedKubeconfig(text)) return;
  throw cannotUse(file, 'and it holds something else, which would be lost');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cannotUse(file, `got: ${messageOf(cause)}`, cause);
  }
}

function cannotUse(file: string, why: string, cause?: unknown): AlertwrightError {
  const message = `expected to write the kubeconfig of an embedded cluster to ${file}, ${why}`;
  const remedy = 'Name a file that can be written with --kubeconfig; without it, one in TMPDIR is written.';
  return new AlertwrightError('kubeconfig', message, { remedy, exitCode: exitCodes.cannotCreate, cause });
}
