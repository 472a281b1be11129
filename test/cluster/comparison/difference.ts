/** Where two answers to one operation differ. */
export interface Difference {
  operation: string;
  /** As in `codes[0]` or `answers[0].body.spec.replicas`. */
  path: string;
  real: unknown;
  ours: unknown;
}

const absent = '(nothing)';

export function differencesBetween(operation: string, real: unknown, ours: unknown): Difference[] {
  const found: Difference[] = [];
  const look = (path: string, a: unknown, b: unknown) => {
    if (Object.is(a, b)) return;
    if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) {
      found.push({ operation, path, real: a === undefined ? absent : a, ours: b === undefined ? absent : b });
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) look(pathTo(path, key, a), a[key], b[key]);
  };
  look('', real, ours);
  return found;
}

function pathTo(path: string, key: string, parent: unknown): string {
  if (Array.isArray(parent)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

/** One line for a person; what is cut says so. */
export function inWords({ path, real, ours }: Difference): string {
  return `${path}: real ${shown(real)}, ours ${shown(ours)}`;
}

function shown(value: unknown): string {
  if (value === absent) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text;
}
