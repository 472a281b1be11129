import { AlertwrightError, type ExitCode, exitCodes, messageOf } from '../lib/errors.ts';
import { redact } from '../lib/redaction.ts';
import type { Terminal } from './terminal.ts';

/** Says on standard error, without secrets that stand in what was given, what went wrong and what to do; the exit code tells scripts the same. */
export function reportFailure(error: unknown, { err, paintErr: paint }: Terminal, verbose: boolean): ExitCode {
  const isOurs = error instanceof AlertwrightError;
  const says = isOurs ? error.message : `this is a bug of alertwright: ${messageOf(error)}`;
  err(`${paint('bad', 'error:')} ${redact(says)}`);
  const remedy = isOurs ? error.remedy : 'Run it again with --verbose, and report what it prints.';
  for (const line of remedy?.split('\n') ?? []) err(`${paint('accent', '→')} ${line}`);
  if (verbose) for (const line of traceOf(error)) err(paint('faint', redact(line)));
  return isOurs ? error.exitCode : exitCodes.software;
}

/** The stack of an error and of what caused it. */
function traceOf(error: unknown): string[] {
  const lines: string[] = [];
  for (let each = error, depth = 0; each !== undefined && depth < 5; depth += 1) {
    lines.push(...(each instanceof Error ? (each.stack ?? each.message) : String(each)).split('\n'));
    each = each instanceof Error ? each.cause : undefined;
  }
  return lines;
}
