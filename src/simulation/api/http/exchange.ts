import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../auth/access.ts';
import type { User } from '../auth/user.ts';
import type { LogSource, MetricsSource, UsageSource } from '../client.ts';
import type { Backend, WriteOptions } from '../verbs/write.ts';
import type { Body } from './body.ts';
import { type OptionsKind, writeOptions } from './query.ts';
import type { Route } from './route.ts';
import { strictnessFor } from './strictness.ts';

export interface HandlerDeps {
  backend: Backend;
  access: Access;
  logSource(): LogSource | undefined;
  metricsSource(): MetricsSource | undefined;
  usageSource(): UsageSource | undefined;
}

/** A request, who sent it, and where its answer goes. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  params: URLSearchParams;
  deps: HandlerDeps;
  user: User;
}

/** `undefined` when the answer has been sent, or is being streamed. */
export type Answer = { code: number; body: object | string; type?: string } | undefined;

export type ObjectsRoute = Extract<Route, { kind: 'objects' }>;
export type ObjectRoute = Extract<Route, { kind: 'object' }>;

/** What a write is to go by. */
export function optionsOf(
  { request, response, params, user }: Exchange,
  body: Body,
  kind: OptionsKind,
  applies = false,
): WriteOptions {
  const options = writeOptions(params, { kind, applies, userAgent: request.headers['user-agent'] });
  return { ...options, user, strictness: strictnessFor({ kind, params, response }, body) };
}

export function ok(body: object) {
  return { code: 200, body };
}
