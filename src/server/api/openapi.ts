import { z } from 'zod';
import { isRecord } from '../../lib/json.ts';
import { version } from '../../lib/package_root.ts';
import { components, ErrorAnswer } from './answers.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const dialect = { target: 'draft-2020-12', uri: (id: string) => `#/components/schemas/${id}` } as const;

const description = `What alertwright knows, and how to answer it. Lists come in pages: where there is more, an answer has \`next\`, and following it shows each entry once, also while others come in. Answers gain fields; ignore those that you don't know.

On loopback a server without credentials in its configuration asks for none. Others ask for a bearer token or a user; with tls.clientCaFile, for a client certificate too.`;

/** OpenAPI 3.1, made of the very schemas that check what is asked. */
export function openApiOf(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'alertwright', version, description, license: { name: 'Apache 2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [{ name: 'alerts' }, { name: 'incidents' }, { name: 'tools' }, { name: 'server' }],
    security: [{ bearer: [] }, { basic: [] }],
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' } },
    },
  };
}

function operationOf(route: Route): Json {
  const { id, tag, summary, params, query, body, answer, open } = route;
  const refused = { ...(query || body ? { 400: 'What is asked is not understood.' } : {}), ...route.refusals };
  const refusal = (says: string) => responseOf(says, route.refusalSchema ?? ErrorAnswer);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(params || query ? { parameters: [...parametersIn('path', params), ...parametersIn('query', query)] } : {}),
    ...(body ? { requestBody: { required: true, content: contentOf(schemaOf(body, 'input')) } } : {}),
    responses: {
      [answer.status]: responseOf(answer.says, answer.schema, answer.type),
      ...Object.fromEntries(Object.entries(refused).map(([status, says]) => [status, refusal(says)])),
      ...(open ? {} : { default: refusal('Any other refusal: of the credentials, or of too many calls.') }),
    },
    ...(open ? { security: [] } : {}),
  };
}

function responseOf(says: string, schema: z.ZodType, type?: string): Json {
  return { description: says, content: contentOf(schemaOf(schema, 'output'), type) };
}

function contentOf(schema: Json, type = 'application/json'): Json {
  return { [type]: { schema } };
}

function parametersIn(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description: says, ...rest }]) => ({
    name,
    in: place,
    ...(says === undefined ? {} : { description: says }),
    ...(required.includes(name) ? { required: true } : {}),
    schema: rest,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const named = components.get(schema)?.id;
  if (named !== undefined) return { $ref: dialect.uri(named) };
  return cleaned(z.toJSONSchema(schema, { ...dialect, io })) as Json;
}

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(components, { ...dialect, io: 'output' });
  return cleaned(schemas) as Json;
}

/**
 * The document names the dialect and the place of a schema already, answers may gain fields, and that a number fits
 * into JavaScript goes without saying.
 */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !isNoise(key, inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, cleaned(inner)]));
}

function isNoise(key: string, value: unknown): boolean {
  if (key === 'additionalProperties') return value === false;
  if (key === 'minimum' || key === 'maximum') return Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
  return (key === '$schema' || key === '$id') && typeof value === 'string';
}
