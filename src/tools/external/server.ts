import type { Transport } from '@modelcontextprotocol/client';
import type { ToolPins } from '../../durable/tool_pins.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { ToolServer } from '../tool_server.ts';
import { createCaller, refused } from './calling.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import { createLink } from './link.ts';
import type { ScreenedTool } from './screen.ts';
import type { ExternalSettings } from './settings.ts';

/** A server of others. Whatever it does, it costs an incident no more than its own tools. */
export interface ExternalServer extends ToolServer, Pick<Catalogue, 'confirm'> {
  name: string;
  /** Resolves once it was tried to reach it, whatever came of that. */
  tried: Promise<void>;
  /** What it listed last, and whether it is there. */
  state(): ExternalState;
}

export interface ExternalState {
  name: string;
  /** Why it is away; it is there when this is left out. */
  problem?: string;
  protocol?: string;
  tools: readonly ScreenedTool[];
}

export interface ExternalDeps {
  /** A fresh transport; what serves it is ended by closing it. */
  open(): Promise<Transport>;
  pins: ToolPins;
  clock: Clock;
  log: Log;
}

export function createExternalServer(settings: ExternalSettings, deps: ExternalDeps): ExternalServer {
  const { name, timeoutMs, lifetimeMs } = settings;
  const { open, clock, log } = deps;
  const catalogue = createCatalogue(settings, deps);
  const link = createLink({ name, open, onListed: catalogue.take, timeoutMs, clock, log });
  const caller = createCaller(link, settings, clock);
  const offered = () => (link.isUp() ? catalogue.tools().flatMap(({ offer }) => offer ?? []) : []);

  return {
    name,
    tried: link.tried,
    get tools() {
      return offered().map(({ spec, called }) => ({ spec, original: called.name, lifetimeMs }));
    },
    async call(original, args, signal) {
      const tool = offered().find(({ called }) => called.name === original);
      return tool ? caller.call(tool.called, args, signal) : refused('is not offered now');
    },
    state() {
      const session = link.current();
      const presence = session ? { protocol: session.protocol } : { problem: link.problem() ?? 'it is away' };
      return { name, ...presence, tools: catalogue.tools() };
    },
    confirm: catalogue.confirm,
    async close() {
      await caller.close();
      await link.close();
    },
  };
}
