import { isRecord } from '../../../lib/json.ts';

const step =
  /\.([\w-]+)|\['((?:[^'\\]|\\.)+)'\]|\[(\d+|\*)\]|\[\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)\]|\.((?:[\w-]|\\\.)+)/y;

/** Everything at a simple JSON path: `.spec.a`, `.b[0]`, `.c[*].d`, `.conditions[?(@.type=="Ready")].status`. */
export function valuesAt(object: unknown, path: string): unknown[] {
  let found: unknown[] = [object];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (!match) return [];
    found = found.flatMap(value => stepsInto(value, match)).filter(value => value !== undefined);
  }
  return found;
}

function stepsInto(value: unknown, [, field, quoted, index, key, wanted, escaped]: RegExpExecArray): unknown[] {
  const name = field ?? quoted ?? escaped?.replaceAll('\\.', '.');
  if (name !== undefined) return isRecord(value) ? [value[name.replaceAll('\\', '')]] : [];
  if (!Array.isArray(value)) return index === '*' && isRecord(value) ? Object.values(value) : [];
  const items: unknown[] = value;
  if (index !== undefined) return index === '*' ? items : [items[Number(index)]];
  return items.filter(item => valuesAt(item, `.${key}`)[0] === wanted);
}
