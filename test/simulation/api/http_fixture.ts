import { afterEach } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import type { ApiServer } from '../../../src/simulation/api/server.ts';

export interface Reply {
  code: number;
  type: string;
  text: string;
  /** Empty when the answer is not JSON. */
  body: KubeObject & Record<string, unknown>;
}

type Send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Serves over HTTP until the test is over. */
export async function serve(server: ApiServer): Promise<{ url: string; send: Send }> {
  const { url, close } = await server.listen();
  closers.push(close);
  return { url, send: (method, path, body, headers) => exchange(`${url}${path}`, method, body, headers) };
}

async function exchange(url: string, method: string, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, { method, ...sent, headers: { 'content-type': 'application/json', ...headers } });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return {
    code: response.status,
    type,
    text,
    body: type.startsWith('application/json') ? JSON.parse(text) : ({} as Reply['body']),
  };
}

export const as = {
  merge: { 'content-type': 'application/merge-patch+json' },
  strategic: { 'content-type': 'application/strategic-merge-patch+json' },
  json: { 'content-type': 'application/json-patch+json' },
  apply: { 'content-type': 'application/apply-patch+yaml' },
  table: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
};
