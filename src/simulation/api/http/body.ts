import type { IncomingMessage } from 'node:http';
import { isRecord } from '../../../lib/json.ts';
import type { ObjectPatch } from '../client.ts';
import { unrecognised, wrongKind } from '../schema/body_kind.ts';
import { DecodingProblem, decodeObject } from '../schema/decoder.ts';
import { freeform, JsonTextProblem, patchOperations, strictProblems } from '../schema/json_text.ts';
import { schemaOf } from '../schema/kubernetes.ts';
import { objectFromProtobuf } from '../schema/protobuf.ts';
import { WireProblem } from '../schema/wire.ts';
import { badRequest, failure, tooLarge, unsupportedMediaType } from '../status_error.ts';
import { objectFromYaml, YamlProblem } from './yaml.ts';

const largestBody = 3 * 1024 * 1024;

/** What a request brings, in whichever form it came. */
export interface Body {
  value: unknown;
  /** The JSON that was sent. */
  text?: string;
  /** What was found while reading that nobody can see afterwards. */
  found?: readonly string[];
}

type Reader = (bytes: Buffer) => Body;

const readers: Readonly<Record<string, Reader>> = {
  'application/json': bytes => {
    const text = bytes.toString('utf8');
    return { value: parsed(text), text };
  },
  'application/yaml': bytes => objectFromYaml(bytes.toString('utf8')),
  'application/vnd.kubernetes.protobuf': bytes => ({ value: objectFromProtobuf(bytes) }),
};

/** The object in a request, which should be of this kind. */
export async function readObject(request: IncomingMessage, kind: string): Promise<Body> {
  const read = readerFor(request);
  const bytes = await readBytes(request);
  try {
    return read(bytes);
  } catch (problem) {
    throw unrecognised({ kind }, reasonOf(problem), bytes.toString('utf8'));
  }
}

/** DeleteOptions, or undefined when there is no body. What they don't have is passed over. */
export async function readDeleteOptions(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  const read = readerFor(request);
  try {
    return deleteOptionsFrom(read(bytes).value);
  } catch (problem) {
    throw badRequest(problem instanceof DecodingProblem ? problem.message : reasonOf(problem));
  }
}

function deleteOptionsFrom(value: unknown): unknown {
  const { apiVersion, kind } = isRecord(value) ? value : {};
  if (typeof kind === 'string' && kind !== '' && kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  if (value !== null && !isRecord(value)) throw badRequest(wrongKind(value));
  return decodeObject(value ?? {}, schemaOf({ group: '', version: 'v1', kind: 'DeleteOptions' })!).object;
}

function reasonOf(problem: unknown): string {
  if (problem instanceof JsonTextProblem) return `couldn't get version/kind; json parse error: ${problem.message}`;
  if (problem instanceof YamlProblem || problem instanceof WireProblem) return problem.message;
  throw problem;
}

const patchTypes: Readonly<Record<string, ObjectPatch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export async function readPatch(request: IncomingMessage, known: { custom: boolean }): Promise<ObjectPatch & Body> {
  const type = Object.hasOwn(patchTypes, mediaType(request)) ? patchTypes[mediaType(request)] : undefined;
  if (type === 'strategic' && known.custom) {
    throw unsupportedMediaType(Object.keys(patchTypes).filter(name => patchTypes[name] !== 'strategic'));
  }
  if (!type) throw failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  const text = (await readBytes(request)).toString('utf8');
  if (type === 'apply') return appliedFrom(text);
  try {
    const body = parsed(text);
    checkPatch(type, body);
    return { type, body, value: body, found: foundIn(type, text) };
  } catch (problem) {
    if (!(problem instanceof JsonTextProblem)) throw problem;
    throw badRequest(type === 'strategic' ? problem.message : `error decoding patch: ${problem.message}`);
  }
}

function appliedFrom(text: string): ObjectPatch & Body {
  try {
    const { value, found } = objectFromYaml(text);
    checkPatch('apply', value);
    return { type: 'apply', body: value ?? {}, value, found };
  } catch (problem) {
    if (problem instanceof YamlProblem)
      throw badRequest(`error decoding YAML: error converting YAML to JSON: ${problem.message}`);
    if (!(problem instanceof JsonTextProblem)) throw problem;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${problem.message}`);
  }
}

function checkPatch(type: ObjectPatch['type'], body: unknown): void {
  if (type === 'json' || isRecord(body)) return;
  if (body === null) {
    if (type === 'merge') throw badRequest('Invalid JSON Patch');
    return;
  }
  const found = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body;
  throw new JsonTextProblem(`json: cannot unmarshal ${found} into Go value of type map[string]interface {}`);
}

function foundIn(type: ObjectPatch['type'], text: string): string[] {
  if (type !== 'json') return strictProblems(text, freeform);
  return strictProblems(text, patchOperations).map(problem => `json patch ${problem}`);
}

/** JSON.parse says what is wrong in its own words, and we in those of a real server. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    strictProblems(text);
    throw error;
  }
}

function readerFor(request: IncomingMessage): Reader {
  const type = mediaType(request);
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!read) throw unsupportedMediaType(Object.keys(readers));
  return read;
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] || 'application/json').split(';')[0]!.trim().toLowerCase();
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > largestBody) throw tooLarge(largestBody);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
