import type { ExternalServer } from './external/server.ts';
import type { ToolServer } from './tool_server.ts';

/** What there is to sense with, for people: which tools are offered, and why others are not. */
export interface ToolDesk {
  list(): ServerListing[];
  /** Agrees to what a tool of another server says about itself now. What is wrong with that, if anything is. */
  confirm(asked: { server: string; tool: string; hash: string; by: string }): string | undefined;
}

export interface ServerListing {
  name: string;
  /** Why it is away; it is there when this is left out. */
  problem?: string;
  /** The version of the protocol; absent for what is built in. */
  protocol?: string;
  tools: ToolListing[];
}

export interface ToolListing {
  name: string;
  state: 'offered' | 'withheld' | 'changed';
  offeredAs?: string;
  why?: string;
  hash?: string;
  description?: string;
}

export function createToolDesk(builtIn: ToolServer, external: readonly ExternalServer[]): ToolDesk {
  const own = new Set(builtIn.tools.map(({ spec }) => spec.name));
  return {
    list: () => [
      {
        name: 'built-in',
        tools: builtIn.tools.map(({ spec: { name, description } }) => ({
          name,
          state: 'offered',
          offeredAs: name,
          description,
        })),
      },
      ...external.map(server => listingOf(server, own)),
    ],
    confirm({ server, tool, hash, by }) {
      const found = external.find(({ name }) => name === server);
      if (found) return found.confirm(tool, { hash, by });
      const known = external.map(({ name }) => name).join(', ') || 'none';
      return `expected the name of a configured tool server (${known}), got ${server.slice(0, 100)}`;
    },
  };
}

function listingOf(server: ExternalServer, own: ReadonlySet<string>): ServerListing {
  const { tools, ...state } = server.state();
  return {
    ...state,
    tools: tools.map(({ name, state: became, why, hash, description, offer }) => {
      const known = {
        name,
        ...(hash === undefined ? {} : { hash }),
        ...(description === undefined ? {} : { description }),
      };
      const spec = offer?.spec;
      if (spec && own.has(spec.name))
        return { ...known, state: 'withheld', why: `a built-in tool is called ${spec.name}` };
      return {
        ...known,
        state: became,
        ...(spec ? { offeredAs: spec.name } : {}),
        ...(why === undefined ? {} : { why }),
      };
    }),
  };
}
