import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package_root.ts';

const folder = join(packageRoot, 'eval/recordings');

export const recordings = readdirSync(folder)
  .sort()
  .map(file => join(folder, file));
