import { statSync } from 'node:fs';
import type { Clock } from './clock.ts';
import { readConfiguredFile } from './configured_file.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

export interface NamedFile {
  file: string;
  /** What names it, for messages: "the file of auth.tokenFile". */
  what: string;
}

export interface Surroundings {
  clock: Pick<Clock, 'now'>;
  log: Log;
}

/** Soon enough for whoever rotates a secret, and far apart enough to cost nothing. */
const lookEveryMs = 2_000;

/**
 * What is made of some files. They are read now, which throws when they can't be read or used, and read anew by use,
 * every two seconds at most. What has then vanished or is no good is logged, and the last good value stays.
 */
export function createFresh<T>(
  files: readonly NamedFile[],
  make: (texts: string[]) => T,
  { clock, log }: Surroundings,
): () => T {
  let texts = files.map(({ file, what }) => readConfiguredFile(file, what));
  let value = make(texts);
  let lookedAt = clock.now();
  let known: string | undefined;
  return () => {
    const sinceLook = clock.now() - lookedAt;
    if (sinceLook >= 0 && sinceLook < lookEveryMs) return value;
    lookedAt = clock.now();
    try {
      refresh();
    } catch (error) {
      complain(messageOf(error));
    }
    return value;
  };

  function refresh(): void {
    const found = files.map(({ file, what }, index) => (isPipe(file) ? texts[index]! : readConfiguredFile(file, what)));
    const same = found.every((text, index) => text === texts[index]);
    if (same && known === undefined) return;
    if (!same) value = make(found);
    texts = found;
    known = undefined;
    log.info({ files: files.map(({ file }) => file) }, 'files of the configuration were read anew');
  }

  function complain(problem: string): void {
    if (problem === known) return;
    known = problem;
    log.warn({ problem }, 'a file of the configuration is no good any more: what it held before stays in use');
  }
}

/** It gives its text once; asking it again would wait for a writer. */
function isPipe(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFIFO() ?? false;
}
