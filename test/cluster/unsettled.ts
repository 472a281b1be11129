import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names of the operations, or stories, that differ although nobody has said why they may. It should get shorter. */
export interface Unsettled {
  names(): Set<string>;
  write(names: readonly string[]): void;
}

const unsettledIn = (name: string): Unsettled => {
  const file = join(import.meta.dirname, name);
  return {
    names: () => new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean)),
    write: names =>
      writeFileSync(
        file,
        [...names]
          .sort()
          .map(one => `${one}\n`)
          .join(''),
      ),
  };
};

export const unsettledOperations = unsettledIn('unsettled.txt');
export const unsettledStories = unsettledIn('unsettled_stories.txt');
