import { isRecord } from '../../../lib/json.ts';
import { clone, equal, type JsonRecord } from '../json.ts';
import { mismatch } from '../schema/scalars.ts';

/** Why a JSON patch can't be applied: not one at all, or one that does not fit this document. */
export class JsonPatchProblem extends Error {
  override readonly name = 'JsonPatchProblem';
  readonly malformed: boolean;

  constructor(message: string, malformed: boolean) {
    super(message);
    this.malformed = malformed;
  }
}

function wrongType(value: unknown, goType: string): JsonPatchProblem {
  const problem = mismatch(value, goType);
  return new JsonPatchProblem(
    `error decoding patch: json: cannot unmarshal ${problem.message} into Go value of type ${goType}`,
    true,
  );
}

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** JSON patch (RFC 6902), all or nothing. Shares nothing with its arguments. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw wrongType(patch, '[]handlers.jsonPatchOp');
  return patch.map(operationFrom).reduce(applied, clone(target));
}

function operationFrom(given: unknown): Operation {
  if (!isRecord(given)) throw wrongType(given, 'handlers.jsonPatchOp');
  const { op, path, from, value = null } = given;
  if (typeof op !== 'string' || typeof path !== 'string') {
    throw new JsonPatchProblem('expected each operation to have "op" and "path"', false);
  }
  if (!['move', 'copy'].includes(op)) return { op, path, value };
  if (typeof from !== 'string') throw new JsonPatchProblem(`expected "${op}" to have a "from"`, false);
  return { op, path, from };
}

function applied(document: unknown, { op, path, from = '', value }: Operation): unknown {
  const to = pointer(path);
  switch (op) {
    case 'add':
      return add(document, to, clone(value));
    case 'remove':
      return remove(document, to);
    case 'replace':
      return to.length === 0 ? clone(value) : replace(document, to, clone(value));
    case 'move':
      if (path.startsWith(`${from}/`)) throw new JsonPatchProblem(`can't move ${from} into itself`, false);
      return move(document, pointer(from), to);
    case 'copy':
      return add(document, to, clone(read(document, pointer(from))));
    case 'test':
      if (equal(read(document, to), value)) return document;
      throw new JsonPatchProblem(`testing value ${path} failed`, false);
    default:
      throw new JsonPatchProblem(`expected a known operation, got "${op}"`, false);
  }
}

function move(document: unknown, from: readonly string[], to: readonly string[]): unknown {
  const value = read(document, from);
  return add(remove(document, from), to, value);
}

function pointer(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new JsonPatchProblem(`expected a path that starts with "/", got "${path}"`, false);
  return path
    .slice(1)
    .split('/')
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, steps: readonly string[]): unknown {
  let value = document;
  for (const step of steps) {
    const next: unknown = Array.isArray(value)
      ? value[indexIn(value, step)]
      : isRecord(value) && Object.hasOwn(value, step)
        ? value[step]
        : undefined;
    if (next === undefined) throw new JsonPatchProblem(`nothing at /${steps.join('/')}`, false);
    value = next;
  }
  return value;
}

function parentOf(document: unknown, steps: readonly string[]): { parent: unknown[] | JsonRecord; step: string } {
  const parent = read(document, steps.slice(0, -1));
  const step = steps.at(-1) ?? '';
  if (step === '__proto__' || !(Array.isArray(parent) || isRecord(parent))) {
    throw new JsonPatchProblem(`nothing can be put at /${steps.join('/')}`, false);
  }
  return { parent, step };
}

function add(document: unknown, steps: readonly string[], value: unknown): unknown {
  if (steps.length === 0) return value;
  const { parent, step } = parentOf(document, steps);
  if (Array.isArray(parent))
    parent.splice(step === '-' ? parent.length : indexIn(parent, step, parent.length), 0, value);
  else parent[step] = value;
  return document;
}

/** A field that isn't there is added, an item that isn't there is refused: so a real server does. */
function replace(document: unknown, steps: readonly string[], value: unknown): unknown {
  const { parent, step } = parentOf(document, steps);
  if (Array.isArray(parent)) parent[indexIn(parent, step)] = value;
  else parent[step] = value;
  return document;
}

function remove(document: unknown, steps: readonly string[]): unknown {
  read(document, steps);
  if (steps.length === 0) return undefined;
  return removeForReplace(document, steps);
}

function removeForReplace(document: unknown, steps: readonly string[]): unknown {
  const { parent, step } = parentOf(document, steps);
  if (Array.isArray(parent)) parent.splice(indexIn(parent, step), 1);
  else delete parent[step];
  return document;
}

function indexIn(list: readonly unknown[], step: string, last = list.length - 1): number {
  const index = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
  if (index <= last) return index;
  throw new JsonPatchProblem(`no index "${step}" in a list of ${list.length}`, false);
}
