import { readFileSync, statSync } from 'node:fs';

/** The text of a file that may take `largest` bytes; throws when it is larger or can't be read. */
export function readTextFile(file: string, largest: number): string {
  if (statSync(file).size > largest) throw new Error(`more than ${largest} bytes`);
  return readFileSync(file, 'utf8');
}
