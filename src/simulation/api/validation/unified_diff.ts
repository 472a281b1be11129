/** What has changed between two texts, line by line, as a server shows it: the longest common block first, then around it. */
export function unifiedDiff(before: string, after: string): string {
  const [a, b] = [linesOf(before), linesOf(after)];
  return hunksOf(stepsOf(blocksOf(a, b), a.length, b.length))
    .map(hunk => hunkText(hunk, a, b))
    .join('');
}

/** `a[i..j]` has become `b[k..l]`. */
interface Step {
  isSame: boolean;
  a: readonly [number, number];
  b: readonly [number, number];
}

type Block = readonly [a: number, b: number, size: number];

const context = 3;

function linesOf(text: string): string[] {
  return text.split('\n').map(line => `${line}\n`);
}

/** A line that a long text is full of is no place to begin a block with. */
function placesIn(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const known = places.get(line);
    if (known) known.push(index);
    else places.set(line, [index]);
  });
  if (lines.length < 200) return places;
  const most = Math.floor(lines.length / 100) + 1;
  return new Map([...places].filter(([, indexes]) => indexes.length <= most));
}

function blocksOf(a: readonly string[], b: readonly string[]): Block[] {
  const places = placesIn(b);
  const blocks: Block[] = [];
  const left: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let range = left.pop(); range; range = left.pop()) {
    const [i, j, k, l] = range;
    const [at, to, size] = longestOf({ a, b, places }, range);
    if (size === 0) continue;
    blocks.push([at, to, size]);
    if (i < at && k < to) left.push([i, at, k, to]);
    if (at + size < j && to + size < l) left.push([at + size, j, to + size, l]);
  }
  return blocks.sort((one, other) => one[0] - other[0]);
}

interface Texts {
  a: readonly string[];
  b: readonly string[];
  places: Map<string, number[]>;
}

/** The first of the longest; then as far as it goes to both sides. */
function longestOf({ a, b, places }: Texts, [i, j, k, l]: readonly [number, number, number, number]): Block {
  let [at, to, size] = [i, k, 0];
  let lengths = new Map<number, number>();
  for (let index = i; index < j; index++) {
    const next = new Map<number, number>();
    for (const place of places.get(a[index] ?? '') ?? []) {
      if (place < k || place >= l) continue;
      const length = (lengths.get(place - 1) ?? 0) + 1;
      next.set(place, length);
      if (length > size) [at, to, size] = [index - length + 1, place - length + 1, length];
    }
    lengths = next;
  }
  while (at > i && to > k && a[at - 1] === b[to - 1]) [at, to, size] = [at - 1, to - 1, size + 1];
  while (at + size < j && to + size < l && a[at + size] === b[to + size]) size += 1;
  return [at, to, size];
}

function stepsOf(blocks: readonly Block[], ofA: number, ofB: number): Step[] {
  const steps: Step[] = [];
  let [i, k] = [0, 0];
  for (const [at, to, size] of [...blocks, [ofA, ofB, 0] as const]) {
    if (i < at || k < to) steps.push({ isSame: false, a: [i, at], b: [k, to] });
    const last = steps.at(-1);
    if (last?.isSame && size > 0)
      steps[steps.length - 1] = { isSame: true, a: [last.a[0], at + size], b: [last.b[0], to + size] };
    else if (size > 0) steps.push({ isSame: true, a: [at, at + size], b: [to, to + size] });
    [i, k] = [at + size, to + size];
  }
  return steps;
}

/** Changes that are close together, with a few lines around them. */
function hunksOf(steps: readonly Step[]): Step[][] {
  const hunks: Step[][] = [];
  let hunk: Step[] = [];
  for (const [index, step] of steps.entries()) {
    const size = step.a[1] - step.a[0];
    if (!step.isSame) hunk.push(step);
    else if (index === 0) hunk.push(cut(step, Math.max(0, size - context), size));
    else if (index === steps.length - 1) hunk.push(cut(step, 0, Math.min(size, context)));
    else if (size <= 2 * context) hunk.push(step);
    else {
      hunks.push([...hunk, cut(step, 0, context)]);
      hunk = [cut(step, size - context, size)];
    }
  }
  return [...hunks, hunk].filter(part => part.some(({ isSame }) => !isSame));
}

function cut({ a, b }: Step, from: number, to: number): Step {
  return { isSame: true, a: [a[0] + from, a[0] + to], b: [b[0] + from, b[0] + to] };
}

function hunkText(hunk: readonly Step[], a: readonly string[], b: readonly string[]): string {
  const [first, last] = [hunk[0], hunk.at(-1)];
  if (!first || !last) return '';
  const lines = hunk.flatMap(step => [
    ...(step.isSame ? a.slice(...step.a).map(line => ` ${line}`) : a.slice(...step.a).map(line => `-${line}`)),
    ...(step.isSame ? [] : b.slice(...step.b).map(line => `+${line}`)),
  ]);
  return `@@ -${rangeText(first.a[0], last.a[1])} +${rangeText(first.b[0], last.b[1])} @@\n${lines.join('')}`;
}

function rangeText(from: number, to: number): string {
  const size = to - from;
  if (size === 1) return String(from + 1);
  return `${size === 0 ? from : from + 1},${size}`;
}
