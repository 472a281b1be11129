import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { didYouMean } from '../../lib/nearest.ts';
import { Refusal } from '../refusal.ts';

/** Everything about one route: it is registered from this, what is asked is checked by this, and this describes it. */
export interface Route extends Description<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType> {
  /** Left out for what is registered elsewhere, and only described here. */
  handle?(request: FastifyRequest): unknown;
}

export interface Description<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  /** For those who generate clients. */
  id: string;
  method: 'GET' | 'POST';
  /** With its parameters as OpenAPI writes them: `/api/v1/incidents/{id}`. */
  path: string;
  tag: 'alerts' | 'incidents' | 'tools' | 'server';
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  answer: { status: number; says: string; schema: A; type?: 'text/plain' };
  /** Answers of another status, and when they are given. */
  refusals?: Readonly<Record<number, string>>;
  /** What those answers hold; an error where it is left out. */
  refusalSchema?: z.ZodType;
  /** Nothing has to be shown. */
  open?: true;
}

interface Asked<P, Q, B> {
  params: P;
  query: Q;
  body: B;
}

const Nothing = z.strictObject({});
type Nothing = typeof Nothing;

export function route<
  A extends z.ZodType,
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(
  described: Description<P, Q, B, A>,
  answer: (asked: Asked<z.output<P>, z.output<Q>, z.output<B>>) => z.output<A> | Promise<z.output<A>>,
): Route {
  const { params = Nothing, query = Nothing, body } = described;
  return {
    ...described,
    handle: request =>
      answer({
        params: read(params, request.params) as z.output<P>,
        query: readQuery(query, request.query) as z.output<Q>,
        body: (body && read(body, request.body)) as z.output<B>,
      }),
  };
}

/** Lets the server answer the routes that have a handler. */
export function addRoutes(server: FastifyInstance, routes: readonly Route[]): void {
  for (const { method, path, answer, handle } of routes) {
    if (!handle) continue;
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    server.route({
      method,
      url,
      handler: async (request, reply) => reply.code(answer.status).send(await handle(request)),
    });
  }
}

/** A key that we don't know would change nothing, and whoever sent it thinks that it does. */
function readQuery(schema: z.ZodObject, query: unknown): unknown {
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(query as object).find(key => !known.includes(key));
  if (unknown === undefined) return read(schema, query);
  const hint = didYouMean(unknown, known) || (known.length > 0 ? `; known: ${known.join(', ')}` : '');
  throw invalid(`unknown key "${unknown.slice(0, 100)}"${hint}`);
}

function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const says = issue.code === 'invalid_value' ? `expected one of ${issue.values.join(', ')}` : issue.message;
  throw invalid(`${issue.path.join('.') || 'the request'}: ${says}`);
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'invalid_request', message);
}
