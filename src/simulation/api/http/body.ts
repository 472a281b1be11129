import type { IncomingMessage } from 'node:http';
import { parse as parseDocument } from 'yaml';
import { isRecord } from '../../../lib/json.ts';
import type { ObjectPatch } from '../client.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../status_error.ts';

const largestBody = 3 * 1024 * 1024;

const patchTypes: Readonly<Record<string, ObjectPatch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** The JSON in a request, or undefined when it has no body. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return undefined;
  if (mediaType(request) !== 'application/json') throw unsupportedMediaType(['application/json']);
  return parse(text);
}

export async function readPatch(request: IncomingMessage): Promise<ObjectPatch> {
  const type = Object.hasOwn(patchTypes, mediaType(request)) ? patchTypes[mediaType(request)] : undefined;
  if (!type) throw unsupportedMediaType(Object.keys(patchTypes));
  const text = await readText(request);
  return { type, body: type === 'apply' ? parseYaml(text) : parse(text) };
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding: json parse error: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * What a client applies, in YAML 1.1, in which `y` is true: that is what real servers read. Aliases are few, so that none
 * can blow a small text up.
 */
function parseYaml(text: string): unknown {
  const problem = (why: string) => badRequest(`error decoding YAML: ${why}`);
  const value = read(text, problem);
  if (value === null || isRecord(value)) return value ?? {};
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const into = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
  throw problem(`error unmarshaling JSON: while decoding JSON: ${into}`);
}

const asText = new Set(['binary', 'omap', 'pairs', 'set', 'timestamp']);

function read(text: string, problem: (why: string) => Error): unknown {
  try {
    return parseDocument(text, {
      version: '1.1',
      maxAliasCount: 100,
      customTags: tags => tags.filter(tag => typeof tag === 'string' || !isText(tag)),
      logLevel: 'error',
    });
  } catch (error) {
    const why = error instanceof Error ? error.message.split(' at line ')[0] : String(error);
    throw problem(`error converting YAML to JSON: yaml: ${why}`);
  }
}

/** Real servers take times, and minutes with seconds, as the texts that they are. */
function isText({ tag, format }: { tag: string; format?: string }): boolean {
  return format === 'TIME' || asText.has(tag.replace('tag:yaml.org,2002:', ''));
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > largestBody) throw tooLarge(largestBody);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
