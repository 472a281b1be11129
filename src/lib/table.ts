export interface TableOptions {
  /** The titles of columns that are aligned to the right. */
  right?: readonly string[];
  /** Gives a padded cell its colour; the title and the line below it are rows -2 and -1. */
  paint?(padded: string, column: number, row: number): string;
}

/** Columns as wide as their widest cell. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [], paint = padded => padded }: TableOptions = {},
): string {
  const widths = header.map((title, column) => Math.max(...[title, ...rows.map(row => row[column] ?? '')].map(length)));
  const pad = (cell: string, column: number) => {
    const padding = ' '.repeat(widths[column]! - length(cell));
    if (right.includes(header[column]!)) return padding + cell;
    return column === header.length - 1 ? cell : cell + padding;
  };
  const line = (cells: readonly string[], row: number) =>
    cells
      .map((cell, column) => paint(pad(cell, column), column, row))
      .join('  ')
      .trimEnd();
  const rule = widths.map(width => '-'.repeat(width));
  return [header, rule, ...rows].map((cells, index) => line(cells, index - 2)).join('\n');
}

/** In characters, whatever they take in memory. */
function length(text: string): number {
  return [...text].length;
}
