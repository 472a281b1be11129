import { LRUCache } from 'lru-cache';
import type { Answer } from './answer.ts';

/** Whole answers, so that more of one can be read without asking the cluster again. */
export interface KeptAnswers {
  keep(id: string, answer: Answer): void;
  find(id: string): Answer | undefined;
}

const maxBytes = 4 * 2 ** 20;

export function createKeptAnswers(): KeptAnswers {
  const kept = new LRUCache<string, Answer>({ maxSize: maxBytes, sizeCalculation: sizeOf });
  return {
    keep: (id, answer) => void kept.set(id, answer),
    find: id => kept.get(id),
  };
}

function sizeOf({ head, body = [] }: Answer): number {
  return [...head, ...body].reduce((sum, block) => sum + block.length, 1);
}
