import type { ToolPins } from '../../durable/tool_pins.ts';
import type { Log } from '../../lib/log.ts';
import { type ScreenedTool, screen } from './screen.ts';
import type { ExternalSettings } from './settings.ts';

/** What a server listed last, and what became of it. */
export interface Catalogue {
  tools(): readonly ScreenedTool[];
  take(listed: unknown[]): void;
  /** Somebody agrees to what a tool says about itself now. What is wrong with that, if anything is. */
  confirm(tool: string, agreed: { hash: string; by: string }): string | undefined;
}

/** Of one server. Whoever comes with ever new names gets no further ones in. */
const mostPins = 500;

export function createCatalogue(settings: ExternalSettings, { pins, log }: { pins: ToolPins; log: Log }): Catalogue {
  const { name } = settings;
  let listed: unknown[] = [];
  let tools: readonly ScreenedTool[] = [];

  function take(found: unknown[]): void {
    const known = new Map(pins.of(name).map(({ tool, hash }) => [tool, hash]));
    const before = new Map(tools.map(tool => [tool.name, tool.state]));
    listed = found;
    tools = screen(found, settings, (tool, hash) => {
      const pinned = known.get(tool);
      if (pinned !== undefined) return pinned;
      if (known.size >= mostPins) return '';
      known.set(tool, hash);
      return pins.pin(name, tool, hash);
    });
    for (const tool of tools)
      if (tool.state === 'changed' && before.get(tool.name) !== 'changed')
        log.warn({ server: name, tool: tool.name }, 'a tool has changed and is withdrawn: see `alertwright tools`');
  }

  return {
    tools: () => tools,
    take,
    confirm(tool, agreed) {
      const found = tools.find(each => each.name === tool);
      if (!found) return `the server ${name} has no tool ${tool}`;
      if (found.state !== 'changed') return `${tool} is ${found.state}: there is nothing to agree to`;
      if (found.hash !== agreed.hash) return `expected the hash ${found.hash} of what ${tool} says now, got another`;
      pins.confirm(name, tool, agreed);
      log.info({ server: name, tool, ...agreed }, 'somebody agreed to what a tool says about itself now');
      take(listed);
      return undefined;
    },
  };
}
