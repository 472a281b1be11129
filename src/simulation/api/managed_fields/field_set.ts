/**
 * A set of fields in the form that it has on the wire (FieldsV1): `{ 'f:spec': { 'f:replicas': {} } }`. Every key is one
 * step; a step that is itself in the set, besides what lies below it, says so with `.`; one with nothing below it is
 * always in the set. Sets are never changed, so they share their parts.
 */
export interface FieldSet {
  readonly [step: string]: FieldSet;
}

/** What stands below a step that is in the set and has nothing below it. */
export const leaf: FieldSet = Object.freeze({});

/** The empty set: it looks like a leaf, but stands at the top. */
export const noFields: FieldSet = Object.freeze({});

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the step that `node` stands below is in the set. */
function counts(node: FieldSet): boolean {
  return node['.'] !== undefined || isEmpty(node);
}

/** A node from what is below it; undefined when it would stand for nothing. */
export function nodeOf(member: boolean, below: FieldSet | undefined): FieldSet | undefined {
  if (below === undefined || isEmpty(below)) return member ? leaf : undefined;
  return member ? { '.': leaf, ...below } : below;
}

function belowOf(node: FieldSet): FieldSet {
  if (node['.'] === undefined) return node;
  const { '.': _, ...below } = node;
  return below;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const merged: Record<string, FieldSet> = {};
  for (const step of inOrder([...Object.keys(a), ...Object.keys(b).filter(key => a[key] === undefined)])) {
    const mine = a[step];
    const theirs = b[step];
    merged[step] = mine && theirs ? unionOfNodes(mine, theirs) : (mine ?? theirs ?? leaf);
  }
  return merged;
}

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return nodeOf(counts(a) || counts(b), union(belowOf(a), belowOf(b))) ?? leaf;
}

/** What is in `a` and not in `b`; what lies below a step of `b` stays, unless `b` names it too. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return kept(a, b, (mine, theirs) =>
    nodeOf(counts(mine) && !counts(theirs), difference(belowOf(mine), belowOf(theirs))),
  );
}

/** What is in `a` and neither in `b` nor below anything in `b`. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  return kept(a, b, (mine, theirs) =>
    counts(theirs) ? undefined : nodeOf(counts(mine), without(belowOf(mine), belowOf(theirs))),
  );
}

function kept(a: FieldSet, b: FieldSet, both: (mine: FieldSet, theirs: FieldSet) => FieldSet | undefined): FieldSet {
  if (isEmpty(b)) return a;
  let changed = false;
  const result: Record<string, FieldSet> = {};
  for (const step of Object.keys(a)) {
    const mine = a[step] ?? leaf;
    const theirs = b[step];
    const rest = theirs === undefined ? mine : both(mine, theirs);
    if (rest !== mine) changed = true;
    if (rest !== undefined) result[step] = rest;
  }
  return changed ? result : a;
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const step of Object.keys(a)) {
    const mine = a[step];
    const theirs = b[step];
    if (!mine || !theirs) continue;
    const shared = nodeOf(counts(mine) && counts(theirs), intersection(belowOf(mine), belowOf(theirs)));
    if (shared) result[step] = shared;
  }
  return result;
}

export function has(set: FieldSet, path: readonly string[]): boolean {
  let node: FieldSet = set;
  for (const step of path) {
    const next = node[step];
    if (next === undefined) return false;
    node = next;
  }
  return path.length > 0 && counts(node);
}

/** The part of the set below one step. */
export function below(set: FieldSet, step: string): FieldSet {
  const node = set[step];
  return node === undefined ? noFields : belowOf(node);
}

/** Every path in the set; those of one level come before those below them. */
export function pathsIn(set: FieldSet, prefix: readonly string[] = []): string[][] {
  const steps = Object.keys(set);
  const members = steps.filter(step => counts(set[step] ?? leaf)).map(step => [...prefix, step]);
  return [...members, ...steps.flatMap(step => pathsIn(belowOf(set[step] ?? leaf), [...prefix, step]))];
}

export function setOfPath(...fields: string[]): FieldSet {
  return fields.reduceRight<FieldSet>((inner, field) => ({ [`f:${field}`]: inner }), leaf);
}

/** Sets that are equal are the same text: their steps stand in one order. */
export function sameFields(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  const steps = Object.keys(a);
  if (steps.length !== Object.keys(b).length) return false;
  return steps.every(step => {
    const theirs = b[step];
    return theirs !== undefined && sameFields(a[step] ?? leaf, theirs);
  });
}

/** `.` first, then fields, keys and values, each in their own order: numbers by size. */
export function inOrder(steps: string[]): string[] {
  return steps.length < 2 ? steps : steps.sort(compareSteps);
}

function compareSteps(a: string, b: string): number {
  if (a.startsWith('k:') && b.startsWith('k:')) return compareKeys(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareKeys(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const left = Object.entries(a);
  const right = Object.entries(b);
  for (const [index, [name, value]] of left.entries()) {
    const [otherName, other] = right[index] ?? [];
    if (otherName === undefined) return 1;
    if (name !== otherName) return name < otherName ? -1 : 1;
    if (typeof value === 'number' && typeof other === 'number' && value !== other) return value - other;
    if (value !== other) return String(value) < String(other) ? -1 : 1;
  }
  return left.length - right.length;
}
