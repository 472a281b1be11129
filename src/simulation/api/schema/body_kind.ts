import { isRecord } from '../../../lib/json.ts';
import type { ApiError } from '../client.ts';
import type { Decoding, Expected } from '../decode.ts';
import type { JsonRecord } from '../json.ts';
import { badRequest, invalid } from '../status_error.ts';
import { DecodingProblem, decodeObject } from './decoder.ts';
import { schemaOf } from './kubernetes.ts';
import type { ObjectSchema } from './schema.ts';

/** The body with its apiVersion and kind, which are those of the request unless it says otherwise; then it is refused. */
export function withKind(value: unknown, expected: Expected, { refuse, strictness }: Decoding): JsonRecord {
  const body = value === null ? {} : value;
  if (!isRecord(body) || wronglyTyped(body) !== undefined) {
    const why = wrongKind(body);
    throw refuse?.(why) ?? unrecognised(expected, why, JSON.stringify(value));
  }
  // Only kinds that the server has from the start are known by where they are sent.
  if (expected.schema && strictness) requireKind(expected, body, strictness.text ?? JSON.stringify(body));
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

function requireKind(expected: Expected, body: JsonRecord, text: string): void {
  for (const [field, name] of [['kind', 'Kind'] as const, ['apiVersion', 'apiVersion'] as const]) {
    if (!body[field]) throw unrecognised(expected, `Object '${name}' is missing in '${text}'`, text);
  }
}

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
  if (expected.schema && sent.apiVersion === expected.ours) return otherCustomKind(sent.kind, expected, body);
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

function otherCustomKind(kind: string, expected: Expected, { metadata }: JsonRecord): ApiError {
  const message = `Invalid value: ${JSON.stringify(kind)}: must be ${expected.kind}`;
  const name = isRecord(metadata) ? String(metadata['name'] ?? '') : '';
  return invalid({ group: expected.group, plural: '', kind }, name, [
    { reason: 'FieldValueInvalid', message, field: 'kind' },
  ]);
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
