// Writes a new token for callers of alertwright to the file that is named, once: every installation has its own.
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';

const file = process.argv[2];
if (file === undefined) throw new Error('expected the file to write the token to, got none');
if (!existsSync(file)) {
  // Other users may read it, as Alertmanager does; only who has the volume sees it.
  writeFileSync(`${file}.new`, randomBytes(32).toString('base64url'), { mode: 0o444 });
  renameSync(`${file}.new`, file);
}
