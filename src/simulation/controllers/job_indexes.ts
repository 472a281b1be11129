/** Completion indexes as a Job's status and policies write them: `0,2-4`. What is no index within `count` is left out. */
export function parseIndexes(text: string, count: number): number[] {
  const parts = text.split(',').map(part => /^(\d+)(?:-(\d+))?$/.exec(part));
  const indexes = parts.flatMap(part => {
    if (!part) return [];
    const first = Number(part[1]);
    const last = Math.min(Number(part[2] ?? part[1]), count - 1);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
  });
  return indexes.filter(index => index < count);
}

/** Runs of three and more are written as ranges. */
export function formatIndexes(indexes: Iterable<number>): string {
  const runs: [number, number][] = [];
  for (const index of [...new Set(indexes)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) => (first === last ? first : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');
}
