import type { z } from 'zod';
import { printableJson } from '../lib/json.ts';
import type { ApiClient } from './api_client.ts';
import { mostListed } from './options.ts';
import type { Context } from './program.ts';
import { count } from './story/text.ts';

/** What was asked for, newest first, and how many others there are as far as we looked. */
export interface ReadList<T> {
  items: T[];
  /** None: these are all. */
  others?: { count: number; orMore: boolean };
}

const mostInPage = 1000;

/** So many beyond what is shown are counted, so that one knows how much is left out. */
const peek = 100;

export interface ListOf<P, T> {
  path: string;
  query?: Parameters<ApiClient['get']>[2];
  schema: z.ZodType<P>;
  items(page: P): readonly T[];
}

/** Follows `next` until there are so many. */
export async function readList<P extends { next?: string }, T>(
  client: ApiClient,
  { path, query, schema, items: itemsOf }: ListOf<P, T>,
  limit: number,
): Promise<ReadList<T>> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const missing = limit + peek - items.length;
    const page = await client.get(path, schema, { ...query, limit: Math.min(mostInPage, missing), cursor });
    items.push(...itemsOf(page));
    cursor = page.next;
  } while (cursor !== undefined && items.length < limit + peek);
  const left = items.length - limit;
  if (left <= 0) return { items };
  return { items: items.slice(0, limit), others: { count: left, orMore: cursor !== undefined } };
}

/** Prints the things one a line as JSON for scripts. Says what is left out where it does no harm. */
export function printList<T>(
  { items, others }: ReadList<T>,
  { limit, json }: { limit: number; json?: true | undefined },
  print: (items: readonly T[]) => void,
  { terminal: { out, err, paint, paintErr } }: Context,
): void {
  if (json) for (const item of items) out(printableJson(item));
  else print(items);
  if (!others) return;
  const says = leftOut(others, limit);
  if (json) err(paintErr('faint', says));
  else out(paint('faint', says));
}

function leftOut({ count: more, orMore }: NonNullable<ReadList<unknown>['others']>, limit: number): string {
  const how =
    limit >= mostListed ? 'ask for fewer with the options of this command' : `--limit ${next(limit, more, orMore)}`;
  return `… and ${orMore ? `at least ${count(more, 'other')}` : `${more.toLocaleString('en-US')} more`}: ${how}`;
}

function next(limit: number, more: number, orMore: boolean): number {
  return Math.min(mostListed, orMore ? Math.max(1000, 10 * limit) : limit + more);
}
