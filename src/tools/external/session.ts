import {
  type CallToolResult,
  Client,
  SdkError,
  SdkErrorCode,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import { codeOf } from '../../lib/errors.ts';
import { version } from '../../lib/package_root.ts';
import { exchange } from './call_context.ts';

/** A connection to a server, until one of the two is gone. */
export interface Session {
  /** The version of the protocol that both speak. */
  protocol: string;
  /** What it lists, as it lists it: nothing is checked yet. */
  list(): Promise<unknown[]>;
  /** Throws when no answer comes, in time or at all. */
  call(tool: CalledTool, args: Record<string, unknown>, signal: AbortSignal): Promise<CallToolResult>;
  /** Whether the other side is gone. */
  ended(): boolean;
  /** Closes once the calls that are under way have ended. */
  retire(): Promise<void>;
  close(): Promise<void>;
}

export interface CalledTool {
  name: string;
  inputSchema: { type: 'object'; [key: string]: unknown };
}

/** Further ones are not looked at. */
const mostTools = 300;
/** What a server may say unasked between two calls, before it is hung up on. */
const mostRemarks = 10_000;
const mostPages = 20;

const Page = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/** Speaks either era of the protocol, whichever the server knows. */
export async function openSession(
  transport: Transport,
  { timeoutMs, signal: over }: { timeoutMs: number; signal: AbortSignal },
): Promise<Session> {
  const client = new Client(
    { name: 'alertwright', version },
    { versionNegotiation: { mode: 'auto' }, inputRequired: { autoFulfill: false } },
  );
  const close = async () => {
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession().catch(() => undefined);
    await client.close().catch(() => undefined);
  };
  const inTime = () => AbortSignal.any([over, AbortSignal.timeout(timeoutMs)]);
  try {
    const connect = (signal: AbortSignal) => client.connect(transport, { timeout: timeoutMs, signal });
    await exchange(connect, inTime(), 'several');
  } catch (error) {
    await close();
    throw error;
  }
  const underWay = new Set<Promise<void>>();
  let ended = false;
  client.onclose = () => {
    ended = true;
  };
  let remarks = 0;
  client.fallbackNotificationHandler = async () => {
    remarks += 1;
    if (remarks > mostRemarks && !ended) await client.close();
  };

  return {
    protocol: client.getNegotiatedProtocolVersion() ?? 'unknown',
    async list() {
      const tools: unknown[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < mostPages && tools.length < mostTools; page += 1) {
        const request = { method: 'tools/list', params: cursor === undefined ? {} : { cursor } };
        const ask = (signal: AbortSignal) => client.request(request, Page, { timeout: timeoutMs, signal });
        const answer = await exchange(ask, inTime());
        tools.push(...answer.tools);
        cursor = answer.nextCursor;
        if (cursor === undefined) break;
      }
      return tools.slice(0, mostTools);
    },
    call(tool, args, signal) {
      remarks = 0;
      // Its output schema is left out: what it gives is text to us, whatever it has promised.
      const options = { timeout: timeoutMs + 1_000, toolDefinition: tool };
      const ask = (both: AbortSignal) =>
        client.callTool({ name: tool.name, arguments: args }, { ...options, signal: both });
      const call = exchange(ask, signal);
      const over = call.then(
        () => undefined,
        () => undefined,
      );
      underWay.add(over);
      void over.then(() => underWay.delete(over));
      return call;
    },
    ended: () => ended,
    async retire() {
      await Promise.all(underWay);
      await client.close().catch(() => undefined);
    },
    close,
  };
}

/** Whether the session is gone and the server may still be there: it was restarted, or has forgotten us. */
export function isLost(error: unknown): boolean {
  if (error instanceof SdkError) {
    const gone: string[] = [SdkErrorCode.ConnectionClosed, SdkErrorCode.NotConnected, SdkErrorCode.SendFailed];
    if (gone.includes(error.code)) return true;
    const data = error.data as { status?: number } | undefined;
    if (data?.status === 404) return true;
  }
  const code = codeOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
  return code !== undefined && /^(ECONN|EPIPE|UND_ERR_SOCKET)/.test(code);
}
