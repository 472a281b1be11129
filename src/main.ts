import { reportFailure } from './cli/failure.ts';
import { run } from './cli/program.ts';
import { createTerminal } from './cli/terminal.ts';
import { AlertwrightError, codeOf, messageOf } from './lib/errors.ts';

const terminal = createTerminal(process);

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', error => {
  if (codeOf(error) === 'EPIPE') process.exit();
  const message = `expected to write to standard output, got: ${messageOf(error)}`;
  process.exit(reportFailure(new AlertwrightError('output', message), terminal, false));
});

// What nobody waits for has failed: a bug, and nothing can be trusted after it.
process.on('uncaughtException', error => {
  process.exit(reportFailure(error, terminal, process.argv.includes('--verbose')));
});

process.exitCode = await run(process.argv.slice(2), terminal);
