import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Pod } from '../../kubernetes/objects.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { listenOnLoopback } from '../../lib/loopback.ts';
import type { SelfSigned } from '../../lib/self_signed.ts';
import type { ApiClient, LogSource } from '../api/client.ts';
import { logText, textOf } from '../api/log_text.ts';

interface LogServerDeps {
  client: ApiClient;
  clock: Pick<Clock, 'now'>;
  logs(...query: Parameters<LogSource>): ReturnType<LogSource>;
  identity: SelfSigned;
}

const followEveryMs = 500;

/** Where an API server asks for logs: `/containerLogs/NAMESPACE/POD/CONTAINER`. Answers for all nodes. */
export async function listenForLogs(deps: LogServerDeps): Promise<{ port: number; close(): Promise<void> }> {
  const { key, certificate } = deps.identity;
  const server = createServer({ key, cert: certificate }, (request, response) => {
    answer(deps, request, response).catch(() => response.destroy());
  });
  const { url, close } = await listenOnLoopback(server, 0);
  return { port: Number(new URL(url).port), close };
}

async function answer(deps: LogServerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://127.0.0.1');
  const [room, namespace = '', name = '', container = ''] = url.pathname.split('/').filter(Boolean);
  const pod = room === 'containerLogs' ? await deps.client.get<Pod>('pods', name, namespace) : undefined;
  if (!pod) return void response.writeHead(404).end(`expected the pod ${namespace}/${name}, got none\n`);
  const params = url.searchParams;
  const query = { container, previous: params.get('previous') === 'true' };
  const lines = deps.logs(pod, query);
  if ('error' in lines) return void response.writeHead(400).end(lines.error);
  const timestamps = params.get('timestamps') === 'true';
  const number = (key: string) => (params.has(key) ? Number(params.get(key)) : undefined);
  const asked = {
    sinceSeconds: number('sinceSeconds'),
    sinceTime: params.get('sinceTime') ?? undefined,
    tailLines: number('tailLines'),
    limitBytes: number('limitBytes'),
    timestamps,
  };
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write(logText(lines, asked, deps.clock.now()));
  let sent = lines.length;
  while (params.get('follow') === 'true' && !query.previous && !response.destroyed) {
    await systemClock.sleep(followEveryMs);
    const more = deps.logs(pod, query);
    if ('error' in more) break;
    response.write(textOf(more.slice(sent), { timestamps }));
    sent = more.length;
  }
  response.end();
}
