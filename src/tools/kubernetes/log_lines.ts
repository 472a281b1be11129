/** Lines that differ only in numbers and times and come at least this often are shown once, with their count. */
const foldFrom = 3;

/** Keeps the order; a repeated line stands where it came last. */
export function foldLines(lines: readonly string[]): string[] {
  const shapes = lines.map(shapeOf);
  const counts = new Map<string, number>();
  for (const shape of shapes) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return lines.flatMap((line, index) => {
    const shape = shapes[index]!;
    const count = counts.get(shape)!;
    if (count < foldFrom) return [line];
    if (shapes.lastIndexOf(shape) !== index) return [];
    return [`${line}   (x${count}, numbers may differ)`];
  });
}

function shapeOf(line: string): string {
  return line.replace(/\b[0-9a-f]{8,}\b|\d+/gi, '#').trim();
}

/** Plain text, either of several: a pattern from a model could take for ever. */
export function matches(line: string, grep: string): boolean {
  const text = line.toLowerCase();
  const wanted = grep
    .toLowerCase()
    .split('|')
    .filter(part => part !== '');
  return wanted.length === 0 || wanted.some(part => text.includes(part));
}
