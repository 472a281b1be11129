import { configFileVariable, configKeys } from '../config/environment.ts';
import { configJsonSchema } from '../config/schema.ts';
import { forServing, loadConfig } from '../config.ts';
import { systemClock } from '../lib/clock.ts';
import { AlertwrightError, type ExitCode, exitCodes } from '../lib/errors.ts';
import { silentLog } from '../lib/log.ts';
import { openEntrance } from '../server/entrance.ts';
import type { Context } from './program.ts';
import { wrap } from './story/text.ts';

/** Whether `serve` could start with it, as far as that can be told without starting. */
export function checkConfig(file: string | undefined, { terminal }: Context): ExitCode {
  const config = loadConfig({ file });
  openEntrance(config, { clock: systemClock, log: silentLog });
  terminal.out(`${file ?? 'the environment'}: valid`);
  try {
    forServing(config);
  } catch (error) {
    if (!(error instanceof AlertwrightError)) throw error;
    terminal.out(`but ${error.message}`);
  }
  return exitCodes.ok;
}

export function printSchema({ terminal }: Context): ExitCode {
  terminal.out(JSON.stringify(configJsonSchema, undefined, 2));
  return exitCodes.ok;
}

/** Every key once: as it stands in the file, as a variable, its default, and what it means. */
export function listVariables({ terminal: { out, paint, width } }: Context): ExitCode {
  for (const { path, name, takes, description, default: fallback } of configKeys) {
    const standard = [fallback ?? []].flat().join(',');
    const value = standard === '' ? '' : ` (default: ${standard})`;
    out(`${paint('strong', path.join('.').padEnd(28))} ${paint('accent', name ?? '(only in a file)')}`);
    for (const line of wrap(`${description}. Takes ${takes}${value}.`, width - 2, 4)) out(`  ${line}`);
  }
  out(`\n${paint('accent', configFileVariable)} names the file, like --config.`);
  return exitCodes.ok;
}
