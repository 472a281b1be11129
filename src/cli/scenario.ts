import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { scenarioJsonSchema } from '../simulation/scenario/json_schema.ts';
import type { Context } from './program.ts';

export function printScenarioSchema({ terminal }: Context): ExitCode {
  terminal.out(JSON.stringify(scenarioJsonSchema(), undefined, 2));
  return exitCodes.ok;
}
