/** The known word that was most likely meant; `undefined` when none is close. */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  const ranked = [...known]
    .map(word => ({ word, distance: editDistance(wrong.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || lengthGap(wrong, a.word) - lengthGap(wrong, b.word));
  const best = ranked[0];
  return best && best.distance <= Math.max(2, wrong.length / 3) ? best.word : undefined;
}

/** `; did you mean "x"?`, for the end of a message; nothing when no known word is close. */
export function didYouMean(wrong: string, known: Iterable<string>): string {
  const meant = nearest(wrong, known);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

function lengthGap(a: string, b: string): number {
  return Math.abs(a.length - b.length);
}

/** How many letters to add, drop, change or swap with their neighbour (Damerau's, restricted). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]![j]!;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = [at(i, j - 1) + 1, at(i - 1, j) + 1, at(i - 1, j - 1) + same];
      row[j] = Math.min(...steps, ...(swapped ? [at(i - 2, j - 2) + 1] : []));
    }
  }
  return at(a.length, b.length);
}
