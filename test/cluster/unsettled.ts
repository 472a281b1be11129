import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, 'unsettled.txt');

/** The names of the operations that differ although nobody has said why they may. It should get shorter. */
export function unsettledNames(): Set<string> {
  return new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean));
}

export function writeUnsettled(names: readonly string[]): void {
  writeFileSync(
    file,
    [...names]
      .sort()
      .map(name => `${name}\n`)
      .join(''),
  );
}
