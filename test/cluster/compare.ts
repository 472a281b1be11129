import { hashOf } from '../../src/lib/hash.ts';
import { inWords } from './comparison/difference.ts';
import { type Compared, compareAll } from './comparison/run_all.ts';
import { ourSide, realSide } from './comparison/side.ts';
import { explain } from './differences.ts';
import { allOperations } from './operations/all.ts';

/**
 * Prints where our API server answers otherwise than a real one: `compare.ts [--show] [--listed] [--no=TEXT] [FILTER…]`.
 * A filter is a part of an operation's name; `--show` prints both answers in full, `--listed` also what differences.ts
 * allows, and `--no=managedFields` nothing whose path has that text in it.
 */
const flags = new Set(process.argv.slice(2).filter(word => word.startsWith('--')));
const filters = process.argv.slice(2).filter(word => !word.startsWith('--'));
const unwanted = [...flags].filter(flag => flag.startsWith('--no=')).map(flag => flag.slice('--no='.length));
const mostLines = flags.has('--show') ? Number.POSITIVE_INFINITY : 12;

const chosen = allOperations.filter(({ name }) => filters.length === 0 || filters.some(part => name.includes(part)));
const sides = { real: await realSide(), ours: await ourSide() };
try {
  const compared = await compareAll(sides, chosen, hashOf([process.pid, process.hrtime()], 8));
  for (const one of compared) print(one);
  printTable(compared);
} finally {
  await sides.ours.close();
  await sides.real.close();
}

function unlisted({ differences }: Compared) {
  return differences.filter(
    difference =>
      !unwanted.some(part => difference.path.includes(part)) && (flags.has('--listed') || !explain(difference)),
  );
}

function print(one: Compared): void {
  const { operation, real, ours } = one;
  const differences = unlisted(one);
  if (flags.has('--show')) say(`${operation.name}\n${JSON.stringify({ real, ours }, null, 1)}`);
  if (differences.length === 0) return;
  const lines = differences.slice(0, mostLines).map(difference => `  ${inWords(difference)}`);
  const left = differences.length - lines.length;
  say([operation.name, ...lines, ...(left > 0 ? [`  … and ${left} more`] : [])].join('\n'));
}

function printTable(compared: readonly Compared[]): void {
  const areas = Map.groupBy(compared, ({ operation }) => operation.name.split(':')[0] ?? '');
  say(`\n${'area'.padEnd(24)} agree  differ`);
  for (const [area, ones] of areas) say(row(area, ones));
  say(row('all', compared));
}

function row(area: string, ones: readonly Compared[]): string {
  const differing = ones.filter(one => unlisted(one).length > 0).length;
  return `${area.padEnd(24)} ${String(ones.length - differing).padStart(5)}  ${String(differing).padStart(6)}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
