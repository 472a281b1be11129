import { run } from './cli/program.ts';
import { createTerminal } from './cli/terminal.ts';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await run(process.argv.slice(2), createTerminal(process));
