import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Page, PageQuery } from '../../alerts/book.ts';

/** An answer ends here, give or take one entry; `next` goes on. */
export const largestAnswer = 4 * 2 ** 20;

/** What is looked at between two turns of the event loop: a rare match in a long table must not hold up the webhook. */
const lookAt = 10_000;

const mostEntries = 1000;

export function limitOf(preset: number) {
  return z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(1)
    .max(mostEntries)
    .default(preset)
    .describe('How many at most. An answer is never longer than about 4 MiB, so there can be fewer.');
}

/** Opaque to callers, and good for one kind of list only. */
export function createCursor(list: string) {
  function write(ordinal: number): string {
    return Buffer.from(`${list} ${ordinal}`).toString('base64url');
  }

  function read(cursor: string): number | undefined {
    const [, kind, ordinal] = /^(\w+) (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    return kind === list && write(Number(ordinal)) === cursor ? Number(ordinal) : undefined;
  }

  const schema = z
    .string()
    .max(100)
    .refine(cursor => read(cursor) !== undefined, {
      message: `expected a cursor: what was \`next\` in a list of ${list}`,
    })
    .transform(cursor => read(cursor)!)
    .optional()
    .describe('The `next` of the page before.');

  return { schema, write };
}

export const nextSchema = z
  .string()
  .describe('There is more: give this as `cursor`. Left out on the last page.')
  .exactOptional();

/** A page that is full, unless there is no more or it gets too long; its `next` is left out when there is no more. */
export async function readPage<T>(
  read: (query: PageQuery) => Page<T>,
  { limit, cursor }: { limit: number; cursor?: number | undefined },
): Promise<Page<T>> {
  const items: T[] = [];
  let from = cursor;
  for (let room = largestAnswer; room > 0 && items.length < limit; ) {
    const page = read({ limit: limit - items.length, lookAt, mostBytes: room, ...startingAt(from) });
    items.push(...page.items);
    from = page.next;
    if (from === undefined) return { items };
    room -= Buffer.byteLength(JSON.stringify(page.items));
    await nextTurn();
  }
  return { items, ...(await moreFrom(read, from)) };
}

/** Where the next entry is to be had, if there is one. */
async function moreFrom<T>(read: (query: PageQuery) => Page<T>, from: number | undefined): Promise<{ next?: number }> {
  for (let cursor = from; cursor !== undefined; ) {
    const { items, next } = read({ limit: 1, lookAt, cursor });
    if (items.length > 0) return { next: cursor };
    cursor = next;
    await nextTurn();
  }
  return {};
}

function startingAt(cursor: number | undefined): { cursor?: number } {
  return cursor === undefined ? {} : { cursor };
}
