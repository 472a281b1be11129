import { AlertwrightError, codeOf, exitCodes, messageOf } from './errors.ts';
import { readTextFile } from './text_file.ts';

const largestFile = 2 ** 20;

/** The text of a file that a configuration names; `what` says which: "the file of auth.tokenFile". */
export function readConfiguredFile(file: string, what: string): string {
  try {
    return readTextFile(file, largestFile);
  } catch (error) {
    throw new AlertwrightError('config', `expected ${what} at ${file}, got: ${reasonOf(error)}`, {
      remedy: 'Check the path and its permissions.',
      exitCode: exitCodes.config,
      cause: error,
    });
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'a folder',
};

function reasonOf(error: unknown): string {
  return reasons[codeOf(error) ?? ''] ?? messageOf(error);
}
