import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Played {
  url: string;
  /** The bodies of the requests so far. */
  requests: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[];
  close(): Promise<void>;
}

export type Act = (response: ServerResponse) => void;

/** A real server that answers request after request as it is told; the last act is repeated. */
export async function play(...acts: [Act, ...Act[]]): Promise<Played> {
  const requests: Played['requests'] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const act = acts[Math.min(requests.length, acts.length - 1)]!;
    requests.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    act(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

/** A chat completion with this message. */
export function answers(message: Record<string, unknown>, extra: Record<string, unknown> = { usage }): Act {
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }];
  return json(200, { id: 'c', object: 'chat.completion', created: 0, model: 'm', choices, ...extra });
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Act {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}
