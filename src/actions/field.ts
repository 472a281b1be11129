import type { JsonPatchOperation } from './action.ts';

/** A path into an object, as a list of keys and indices. */
type FieldPath = readonly (string | number)[];

/** The operations that set one field, with the parents that it needs. */
export function setField(object: unknown, path: FieldPath, value: unknown): JsonPatchOperation[] {
  if (valueAt(object, path) !== undefined) return [{ op: 'replace', path: pointer(path), value }];
  const parents = missingParents(object, path);
  return [
    ...parents.map(parent => ({ op: 'add' as const, path: pointer(parent), value: {} })),
    { op: 'add', path: pointer(path), value },
  ];
}

/**
 * The patch that takes `patch` back, given the object before it and as the server has it after it. It first tests that
 * every field still holds what we left there, so that it never takes back what somebody else has changed since.
 */
export function inverseOf(patch: JsonPatchOperation[], before: unknown, after: unknown): JsonPatchOperation[] {
  const touched = outermost(patch.filter(({ op }) => op !== 'test').map(({ path }) => parsePointer(path)));
  const changed = touched.filter(path => valueAt(after, path) !== valueAt(before, path));
  return [
    ...changed.flatMap(path => unchangedSince(path, valueAt(after, path))),
    ...changed.toReversed().flatMap(path => restore(path, valueAt(before, path), valueAt(after, path))),
  ];
}

function valueAt(object: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner === null || typeof inner !== 'object' ? undefined : (inner as Record<string | number, unknown>)[key],
    object,
  );
}

/** JSON pointer (RFC 6901). */
function pointer(path: FieldPath): string {
  return path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function parsePointer(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Without the paths that lie inside another one of the list. */
function outermost(paths: string[][]): string[][] {
  const texts = new Set(paths.map(pointer));
  const unique = [...texts].map(parsePointer);
  return unique.filter(path => !path.some((_, index) => texts.has(pointer(path.slice(0, index)))));
}

function unchangedSince(path: string[], value: unknown): JsonPatchOperation[] {
  return value === undefined ? [] : [{ op: 'test', path: pointer(path), value }];
}

function restore(path: string[], before: unknown, after: unknown): JsonPatchOperation[] {
  if (before === undefined) return [{ op: 'remove', path: pointer(path) }];
  return [{ op: after === undefined ? 'add' : 'replace', path: pointer(path), value: before }];
}

function missingParents(object: unknown, path: FieldPath): FieldPath[] {
  return path
    .slice(0, -1)
    .map((_, index) => path.slice(0, index + 1))
    .filter(parent => valueAt(object, parent) === undefined);
}
