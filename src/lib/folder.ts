import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Step by step: Node's own recursive mkdir never returns where a file system like /proc refuses. */
export function createFolder(path: string, options: { mode?: number } = {}): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return;
    throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR', syscall: 'mkdir' });
  }
  createFolder(dirname(path), options);
  mkdirSync(path, options);
}
