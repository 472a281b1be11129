import { table } from '../lib/table.ts';
import type { Tone } from './story/paint.ts';
import { clip, oneLine } from './story/text.ts';
import type { Terminal } from './terminal.ts';

/** A list of things for people: a table that fits the terminal. */
export interface Column<T> {
  title: string;
  text(item: T): string;
  tone?(item: T): Tone;
  right?: true;
  /** It may be cut to so many characters; otherwise it is shown whole. */
  least?: number;
}

const gap = 2;

/** For a file or a pipe nothing is cut to a width, but for what nobody reads to its end. */
const longestCell = 500;

/** Whatever stands in the cells comes from others: one line each, and nothing that could steer the terminal. */
export function listing<T>(columns: readonly Column<T>[], items: readonly T[], { width, watched, paint }: Terminal) {
  const cells = items.map(item => columns.map(({ text }) => clip(oneLine(text(item)), longestCell)));
  const widths = columns.map(({ title }, column) =>
    Math.max(title.length, ...cells.map(row => [...row[column]!].length)),
  );
  const most = watched ? fitted(columns, widths, width) : widths;
  const rows = cells.map(row => row.map((cell, column) => clip(cell, most[column]!)));
  const right = columns.filter(each => each.right).map(({ title }) => title);
  return table(titlesOf(columns), rows, {
    right,
    paint(padded, column, row) {
      const item = items[row];
      const tone = item === undefined ? 'faint' : (columns[column]?.tone?.(item) ?? 'plain');
      return paint(tone, padded);
    },
  });
}

function titlesOf<T>(columns: readonly Column<T>[]): string[] {
  return columns.map(({ title }) => title);
}

/** Takes from the widest that may be cut, a character at a time, until all fit. */
function fitted<T>(columns: readonly Column<T>[], widths: readonly number[], width: number): number[] {
  const fit = [...widths];
  const leasts = columns.map(({ least }, column) => Math.min(widths[column]!, least ?? Number.POSITIVE_INFINITY));
  const all = () => fit.reduce((sum, each) => sum + each + gap, -gap);
  while (all() > width) {
    const spare = fit.map((each, column) => (each > leasts[column]! ? each : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    fit[spare.lastIndexOf(widest)]! -= 1;
  }
  return fit;
}

/** "45s", "3m", "2h", "5d": how long ago, as far as one needs to know. */
export function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
