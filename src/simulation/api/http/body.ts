import type { IncomingMessage } from 'node:http';
import type { ObjectPatch } from '../client.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../status_error.ts';

const largestBody = 3 * 1024 * 1024;

const patchTypes: Readonly<Record<string, ObjectPatch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
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
  return { type, body: parse(await readText(request)) };
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
