import type { Difference } from './comparison/difference.ts';

/** A difference that may be, of operations or of stories: where it is, and why it is no fault. `*` stands for anything. */
export interface Allowed {
  operation: string;
  path: string;
  why: string;
}

export const allowed: readonly Allowed[] = [
  {
    operation: '*',
    path: '*.columnDefinitions[*].description',
    why: 'the real ones are sentences of its sources; ours are our own',
  },
];

/** What allows a difference, if anything does. */
export function explain({ operation, path }: Difference): Allowed | undefined {
  return allowed.find(entry => matches(entry.operation, operation) && matches(entry.path, path));
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
