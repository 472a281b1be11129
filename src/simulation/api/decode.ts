import type { KubeObject } from '../../kubernetes/objects.ts';
import type { ApiError } from './client.ts';
import type { JsonRecord } from './json.ts';
import { withKind } from './schema/body_kind.ts';
import { DecodingProblem, decodeObject } from './schema/decoder.ts';
import { JsonTextProblem, strictProblems } from './schema/json_text.ts';
import { schemaOf } from './schema/kubernetes.ts';
import { mayRepeat } from './schema/repeated.ts';
import type { Misfit } from './schema/scalars.ts';
import type { GroupVersionKind, ObjectSchema } from './schema/schema.ts';
import { badRequest } from './status_error.ts';

/** How a client wants its mistakes taken: fields that nobody knows, and those that it sent twice. */
export interface Strictness {
  mode: 'Ignore' | 'Warn' | 'Strict';
  /** The JSON that was sent, in which more can be seen than in what was read from it. */
  text?: string;
  /** What was found when it was read. */
  found?: readonly string[];
  warn(text: string): void;
}

export interface Expected extends GroupVersionKind {
  /** The type of a custom resource; other kinds have theirs by name. */
  schema?: ObjectSchema | undefined;
}

export interface Decoding {
  strictness?: Strictness | undefined;
  /** How to refuse what can't be decoded; a body is a bad request. */
  refuse?: ((why: string, misfit?: Misfit) => ApiError) | undefined;
}

/** Our own copy of what a client sent, of the right kind and type. */
export function decode(value: unknown, expected: Expected, { strictness, refuse }: Decoding = {}): KubeObject {
  const body = withKind(value, expected, { strictness, refuse });
  const refused: NonNullable<Decoding['refuse']> =
    refuse ?? (why => badRequest(`${handled(body)} cannot be handled as a ${expected.kind}: ${why}`));
  const schema = expected.schema ?? schemaOf(expected);
  if (!schema) throw new Error(`expected a kind with a type, got ${expected.kind}`);
  try {
    const { object, unknown } = decodeObject(body, schema);
    // A patched object is read in the order of its field names.
    if (strictness) complain(strictness, schema, { value, unknown: refuse ? unknown.sort() : unknown, refused });
    return object as object as KubeObject;
  } catch (problem) {
    if (problem instanceof JsonTextProblem) throw refused(problem.message);
    if (problem instanceof DecodingProblem) throw refused(problem.message, problem.misfit);
    throw problem;
  }
}

function handled({ apiVersion, kind }: JsonRecord): string {
  return `${kind} in version "${String(apiVersion).split('/').at(-1)}"`;
}

function complain(
  { mode, text, found = [], warn }: Strictness,
  schema: ObjectSchema,
  { value, unknown, refused }: { value: unknown; unknown: readonly string[]; refused: (why: string) => ApiError },
): void {
  if (mode === 'Ignore') return;
  if (unknown.length === 0 && found.length === 0 && (text === undefined || !mayRepeat(text, value))) return;
  const problems =
    text === undefined
      ? [...found, ...unknown.map(path => `unknown field ${JSON.stringify(path)}`)]
      : [...found, ...strictProblems(text, schema)];
  if (problems.length === 0) return;
  if (mode === 'Strict') throw refused(`strict decoding error: ${problems.join(', ')}`);
  for (const problem of problems) for (const line of warningsIn(problem)) warn(line);
}

const yamlPrefix = 'yaml: unmarshal errors:\n';

function warningsIn(problem: string): string[] {
  if (!problem.startsWith(yamlPrefix)) return [problem];
  return problem
    .slice(yamlPrefix.length)
    .split('\n')
    .map(line => line.trim());
}
