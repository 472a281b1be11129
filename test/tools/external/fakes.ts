import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { onTestFinished } from 'vitest';
import type { ToolPins } from '../../../src/durable/tool_pins.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { createExternalServer, type ExternalDeps, type ExternalServer } from '../../../src/tools/external/server.ts';
import type { ExternalSettings } from '../../../src/tools/external/settings.ts';

/** A clock that moves only when the test says so; whoever sleeps is woken when his time has come. */
export function handClock(): Clock & { move(ms: number): void } {
  let time = 1_000_000;
  const sleepers = new Set<{ due: number; wake(): void }>();
  return {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper = {
          due: time + ms,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    busy: work => work(),
    move(ms) {
      time += ms;
      for (const sleeper of [...sleepers]) if (sleeper.due <= time) sleeper.wake();
    },
  };
}

/** Pins in memory. */
export function somePins(): ToolPins {
  const pins = new Map<string, { server: string; tool: string; hash: string; pinnedAt: string }>();
  const pinnedAt = '2026-11-21T12:00:00.000Z';
  return {
    of: server => [...pins.values()].filter(pin => pin.server === server),
    pin(server, tool, hash) {
      const key = `${server} ${tool}`;
      const kept = pins.get(key) ?? { server, tool, hash, pinnedAt };
      pins.set(key, kept);
      return kept.hash;
    },
    confirm: (server, tool, { hash, by }) =>
      void pins.set(`${server} ${tool}`, { server, tool, hash, pinnedAt, ...{ confirmedBy: by } }),
  };
}

export function settingsFor(more: Partial<ExternalSettings> = {}): ExternalSettings {
  return {
    name: 'other',
    at: { url: 'http://127.0.0.1:1/mcp' },
    allow: ['*'],
    deny: [],
    prefix: 'other',
    timeoutMs: 5_000,
    perSecond: 1_000,
    lifetimeMs: 0,
    ...more,
  };
}

/** Another MCP server, in this process, with the tools that the test gives it. */
export function inProcess(register: (server: McpServer) => void): ExternalDeps['open'] {
  return async () => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const server = new McpServer({ name: 'other', version: '1' });
    register(server);
    await server.connect(theirs);
    return ours;
  };
}

/** One that is ended with the test. */
export function externalServer(
  settings: Partial<ExternalSettings>,
  deps: Partial<ExternalDeps> & Pick<ExternalDeps, 'open'>,
): ExternalServer {
  const server = createExternalServer(settingsFor(settings), {
    pins: somePins(),
    clock: handClock(),
    log: silentLog,
    ...deps,
  });
  onTestFinished(() => server.close());
  return server;
}

export const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
