import type { FieldChange } from '../incidents/plan.ts';
import { excerpt } from '../lib/text.ts';

/** What the API server writes by itself, and what we write to sign a change: not part of what was changed. */
const housekeeping = [
  /^status(\.|$)/,
  /^metadata\.(resourceVersion|generation|managedFields|uid|creationTimestamp)/,
  /^metadata\.annotations\.(alertwright\.dev|deployment\.kubernetes\.io)\//,
];

const mostChanges = 40;
const longestValue = 200;

/** The fields in which two versions of an object differ, in order of their paths; bounded, and says what it left out. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  const all = [...differences('', before, after)].filter(
    ({ path }) => !housekeeping.some(pattern => pattern.test(path)),
  );
  if (all.length <= mostChanges) return all;
  return [...all.slice(0, mostChanges), { path: '…', after: `and ${all.length - mostChanges} more fields` }];
}

function* differences(path: string, before: unknown, after: unknown): Generator<FieldChange> {
  if (isTree(before) && isTree(after)) {
    const keys = new Set([...childrenOf(before).keys(), ...childrenOf(after).keys()]);
    for (const key of keys)
      yield* differences(join(path, key), childrenOf(before).get(key), childrenOf(after).get(key));
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    yield {
      path,
      ...(before === undefined ? {} : { before: show(before) }),
      ...(after === undefined ? {} : { after: show(after) }),
    };
  }
}

function isTree(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}

/** Items of a list go by their names where all have one: a container stays the same when another is put before it. */
function childrenOf(tree: object): Map<string, unknown> {
  if (!Array.isArray(tree)) return new Map(Object.entries(tree));
  const names = tree.map(item => (item as { name?: unknown } | null)?.name);
  const named = names.every(name => typeof name === 'string') && new Set(names).size === names.length;
  return new Map(tree.map((item, index) => [`[${named ? names[index] : index}]`, item]));
}

function join(path: string, key: string): string {
  return key.startsWith('[') ? `${path}${key}` : `${path}${path && '.'}${key}`;
}

function show(value: unknown): string {
  return excerpt(typeof value === 'string' ? value : JSON.stringify(value), longestValue);
}
