import { InvalidArgumentError, Option } from 'commander';

export const scenarioOption = () =>
  new Option('--scenario <name>', 'what goes wrong: a name (see demo --list) or a .yaml file');
export const jsonOption = (what: string) => new Option('--json', what);
export const configOption = () => new Option('--config <file>', 'YAML file; the environment wins over it');
export const serverOption = () =>
  new Option('--server <url>', 'where alertwright serves; otherwise what the configuration says');

/** Whoever wants more is a program, and reads pages from the API. */
export const mostListed = 10_000;

export function wholeUpTo(most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from 1 to ${most}.`);
  };
}
