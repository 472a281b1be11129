import type { HelpConfiguration } from 'commander';
import { exitCodes } from '../lib/errors.ts';
import type { Paint } from './story/paint.ts';

/** Commander takes the colours out again where the output takes none. */
export function helpStyle(paint: Paint): HelpConfiguration {
  return {
    helpWidth: 96,
    sortOptions: false,
    styleTitle: title => paint('strong', title),
    styleCommandText: text => paint('accent', text),
    styleOptionText: text => paint('accent', text),
    styleArgumentText: text => paint('accent', text),
    styleSubcommandText: text => paint('accent', text),
  };
}

const meanings: Record<keyof typeof exitCodes, string> = {
  ok: 'done; for demo: the incident ended as it should',
  failed: 'it did not succeed; the last lines say why',
  usage: 'the command line is wrong',
  unavailable: 'something it needs is away or taken: a port, a server, the data directory',
  software: 'a bug of alertwright',
  cannotCreate: 'the data directory or a file in it can not be written',
  config: 'the configuration is wrong, or Node is too old',
};

export const exitCodeHelp = [
  'Exit codes:',
  ...Object.entries(meanings).map(
    ([name, meaning]) => `  ${String(exitCodes[name as keyof typeof exitCodes]).padEnd(4)}${meaning}`,
  ),
].join('\n');

export function examples(...lines: [command: string, what: string][]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}`;
}
