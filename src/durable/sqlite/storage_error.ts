import { AlertwrightError, type ExitCode, exitCodes } from '../../lib/errors.ts';

interface Explanation {
  code: string;
  message: (path: string) => string;
  remedy: string;
  exitCode: ExitCode;
}

/** By SQLite's primary result code. Everything that is not here is a bug of ours, and stays what it is. */
const explanations: Record<number, Explanation> = {
  5: {
    code: 'storage_locked',
    message: path => `expected ${path} to be free, but another alertwright has it open`,
    remedy: 'Stop the other alertwright, or give this one a data directory of its own.',
    exitCode: exitCodes.unavailable,
  },
  8: {
    code: 'storage_read_only',
    message: path => `expected to write to ${path}, but it is read-only`,
    remedy: 'Make the file and its directory writable, or choose another data directory.',
    exitCode: exitCodes.cannotCreate,
  },
  10: {
    code: 'storage_failed',
    message: path => `expected to read and write ${path}, got an input/output error`,
    remedy: 'Check the disk, and the limits and permissions of its file system.',
    exitCode: exitCodes.unavailable,
  },
  11: {
    code: 'storage_corrupt',
    message: path => `expected an intact database in ${path}, but it is damaged`,
    remedy: 'Restore it from a backup, or move it away to start afresh.',
    exitCode: exitCodes.config,
  },
  13: {
    code: 'storage_full',
    message: path => `expected to write to ${path}, but there is no space left for it`,
    remedy: 'Free space on the disk that holds it.',
    exitCode: exitCodes.unavailable,
  },
  14: {
    code: 'storage_unavailable',
    message: path => `expected to create or open ${path}, but its directory is missing, read-only or no directory`,
    remedy: 'Make its directory writable, or choose another data directory.',
    exitCode: exitCodes.cannotCreate,
  },
  26: {
    code: 'storage_not_ours',
    message: path => `expected a database of alertwright in ${path}, got a file of another kind`,
    remedy: 'Choose another data directory, or move the file away.',
    exitCode: exitCodes.config,
  },
};

/** What a person can act on, when the cause is the file or the disk; otherwise the error as it was. */
export function explainStorage(error: unknown, path: string): unknown {
  const explanation = explanations[primaryCode(error)];
  return explanation ? explained(explanation, path, error) : error;
}

export function notOurs(path: string): AlertwrightError {
  return explained(explanations[26]!, path);
}

function explained({ code, message, remedy, exitCode }: Explanation, path: string, cause?: unknown): AlertwrightError {
  return new AlertwrightError(code, message(path), { remedy, exitCode, cause });
}

/** SQLite's primary result code, which is the low byte of an extended one; of the file system's refusals, its nearest. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 13;
  if (syscall === 'mkdir' || code === 'EISDIR') return 14;
  return code === 'EACCES' || code === 'EROFS' || code === 'EPERM' ? 8 : 0;
}
