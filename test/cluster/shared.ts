import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './programs.ts';

/** Where up.ts says how to reach the API server that it has started. */
export const sharedFile = join(cache, 'shared.json');

export interface Reachable {
  url: string;
  token: string;
  certificate: string;
}

/** The API server that up.ts has started, if it has; it may be gone. */
export function sharedServer(): Reachable | undefined {
  try {
    return JSON.parse(readFileSync(sharedFile, 'utf8')) as Reachable;
  } catch {
    return undefined;
  }
}
