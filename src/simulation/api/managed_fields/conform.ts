import { isRecord } from '../../../lib/json.ts';
import type { ListSchema, ScalarSchema, Schema } from '../schema/schema.ts';
import { itemStep, stepText } from './steps.ts';
import { typeOfField } from './typing.ts';

/** Why a configuration can't be applied as an object of its type, in a server's words; undefined when it can. */
export function problemIn(schema: Schema, applied: unknown): string | undefined {
  const problems = problemsIn(schema, applied, '');
  if (problems.length === 0) return undefined;
  return problems.length === 1 ? problems[0] : ['errors:', ...problems.map(problem => `  ${problem}`)].join('\n');
}

function problemsIn(schema: Schema, value: unknown, path: string): string[] {
  const at = (problem: string) => [path === '' ? problem : `${path}: ${problem}`];
  if (value === null || value === undefined || schema.kind === 'any') return [];
  if (schema.kind === 'list') {
    return Array.isArray(value) ? problemsInItems(schema, value, path) : at(`expected list, got ${goBoxed(value)}`);
  }
  if (schema.kind === 'scalar') {
    const problem = problemInScalar(schema, value);
    return problem === undefined ? [] : at(problem);
  }
  if (!isRecord(value)) return at(`expected map, got ${goBoxed(value)}`);
  const problems: string[] = [];
  for (const [name, inner] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const type = typeOfField(schema, name);
    if (type === undefined) return [...problems, `${path}.${name}: field not declared in schema`];
    problems.push(...problemsIn(type, inner, `${path}.${name}`));
  }
  return problems;
}

function problemsInItems(schema: ListSchema, items: readonly unknown[], path: string): string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const [index, item] of items.entries()) {
    const named = schema.listType === 'atomic' ? { step: `i:${index}` } : itemStep(schema, item);
    if ('problem' in named) return [...problems, `${path}: element ${index}: ${named.problem}`];
    const text = stepText(named.step);
    if (seen.has(named.step)) problems.push(`${path}: duplicate entries for key ${text}`);
    seen.add(named.step);
    problems.push(...problemsIn(schema.items, item, `${path}${text}`));
  }
  return problems;
}

const numeric = new Set<ScalarSchema['type']>(['int32', 'int64', 'double']);
const untyped = new Set<ScalarSchema['type']>(['quantity', 'intOrString']);

function problemInScalar({ type }: ScalarSchema, value: unknown): string | undefined {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (untyped.has(type)) return isScalar ? undefined : `expected any scalar, got ${goBoxed(value)}`;
  if (numeric.has(type)) {
    return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`;
  }
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : `expected boolean, got ${goBoxed(value)}`;
  return typeof value === 'string' ? undefined : `expected string, got ${goSyntax(value)}`;
}

function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isRecord(value)) return String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map(field => `${field}:${goText(value[field])}`).join(' ')}]`;
}

function goBoxed(value: unknown): string {
  return `&{${goText(value)}}`;
}

function goSyntax(value: unknown): string {
  return `&value.valueUnstructured{Value:${typeof value === 'object' ? goText(value) : String(value)}}`;
}
