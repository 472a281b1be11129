import type { KubeObject } from '../../kubernetes/objects.ts';
import { isRecord } from '../../lib/json.ts';
import type { ApiError } from './client.ts';
import type { JsonRecord } from './json.ts';
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
  const body = withKind(value, expected, refuse);
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

/** The body with its apiVersion and kind, which are those of the request unless it says otherwise; then it is refused. */
function withKind(value: unknown, expected: Expected, refuse: Decoding['refuse']): JsonRecord {
  const body = value === null ? {} : value;
  if (!isRecord(body) || wronglyTyped(body) !== undefined) {
    const why = wrongKind(body);
    throw refuse?.(why) ?? unrecognised(expected, why, JSON.stringify(value));
  }
  const ours = expected.group === '' ? expected.version : `${expected.group}/${expected.version}`;
  const apiVersion = body['apiVersion'] || ours;
  const kind = body['kind'] || expected.kind;
  const isPatched = refuse !== undefined && kind === expected.kind && isReadAs(expected, String(apiVersion));
  if (isPatched) return { ...body, apiVersion: ours, kind };
  if (apiVersion !== ours || kind !== expected.kind) {
    throw otherKind({ apiVersion: String(apiVersion), kind: String(kind) }, { ...expected, ours }, body, refuse);
  }
  return body['apiVersion'] === ours && body['kind'] === kind ? body : { ...body, apiVersion, kind };
}

const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Why nobody can tell of which kind a body is. */
export function wrongKind(body: unknown): string {
  return `couldn't get version/kind; json parse error: json: cannot unmarshal ${wronglyTyped(body)}`;
}

function wronglyTyped(body: unknown): string | undefined {
  const typeOf = (value: unknown) =>
    Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  if (!isRecord(body)) return `${typeOf(body)} into Go value of type ${typeMeta}`;
  const wrong = ['apiVersion', 'kind'].find(field => typeof (body[field] ?? '') !== 'string');
  return wrong && `${typeOf(body[wrong])} into Go struct field .${wrong} of type string`;
}

const scheme = 'pkg/runtime/scheme.go:111';

function otherKind(
  sent: { apiVersion: string; kind: string },
  expected: Expected & { ours: string },
  body: JsonRecord,
  refuse: Decoding['refuse'],
): ApiError {
  const [version = '', group = '', more] = sent.apiVersion.split('/').reverse();
  if (more !== undefined) {
    const why = `unexpected GroupVersion string: ${sent.apiVersion}`;
    return refuse?.(why) ?? unrecognised(expected, why, JSON.stringify(body));
  }
  const isOtherVersion = sent.kind === expected.kind && isReadAs(expected, sent.apiVersion);
  if (isOtherVersion || expected.schema) {
    return badRequest(
      `the API version in the data (${sent.apiVersion}) does not match the expected API version (${expected.ours})`,
    );
  }
  const schema = schemaOf({ group, version, kind: sent.kind });
  const unknown = `converting (${version}.${sent.kind}) to (${internalName(expected)}): unknown conversion`;
  const why = schema
    ? (problemOf(body, schema) ?? unknown)
    : `no kind "${sent.kind}" is registered for version "${sent.apiVersion}" in scheme "${scheme}"`;
  if (refuse) return refuse(why);
  return badRequest(`${sent.kind} in version "${version}" cannot be handled as a ${expected.kind}: ${why}`);
}

/** An object of another kind is first of all one of its own. */
function problemOf(body: JsonRecord, schema: ObjectSchema): string | undefined {
  try {
    decodeObject(body, schema);
    return undefined;
  } catch (problem) {
    if (problem instanceof DecodingProblem) return problem.message;
    throw problem;
  }
}

/** Versions that Kubernetes serves no more, or serves too, and still reads. */
const otherVersions: Readonly<Record<string, readonly string[]>> = {
  apps: ['apps/v1beta1', 'apps/v1beta2', 'extensions/v1beta1'],
  batch: ['batch/v1beta1'],
  autoscaling: ['autoscaling/v1', 'autoscaling/v2'],
  policy: ['policy/v1beta1'],
  'networking.k8s.io': ['networking.k8s.io/v1beta1', 'extensions/v1beta1'],
  'rbac.authorization.k8s.io': ['rbac.authorization.k8s.io/v1alpha1', 'rbac.authorization.k8s.io/v1beta1'],
  'storage.k8s.io': ['storage.k8s.io/v1alpha1', 'storage.k8s.io/v1beta1'],
  'scheduling.k8s.io': ['scheduling.k8s.io/v1beta1'],
  'coordination.k8s.io': ['coordination.k8s.io/v1beta1'],
  'discovery.k8s.io': ['discovery.k8s.io/v1beta1'],
  'events.k8s.io': ['events.k8s.io/v1beta1'],
};

function isReadAs({ group }: Expected, apiVersion: string): boolean {
  return otherVersions[group]?.includes(apiVersion) ?? false;
}

function internalName({ group, kind }: Expected): string {
  return `${group.split('.')[0] || 'core'}.${kind}`;
}

/** What is not even an object of some kind. `text` is the body, of which the beginning is shown. */
export function unrecognised({ kind }: { kind: string }, why: string, text: string): ApiError {
  const shown = text.startsWith('{') ? text : Buffer.from(text).toString('hex');
  const length = text.startsWith('{') ? 30 : 60;
  const summary = text === '' ? '<empty>' : shown.length > length ? `${shown.slice(0, length)} ...` : shown;
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary})`);
}
