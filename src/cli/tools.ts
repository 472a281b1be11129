import { userInfo } from 'node:os';
import { type ExitCode, exitCodes } from '../lib/errors.ts';
import { type ToolAnswer, ToolsAnswer } from '../server/api/tools.ts';
import { createApiClient, type ServerOptions } from './api_client.ts';
import { type Column, listing } from './listing.ts';
import type { Context } from './program.ts';

export interface ToolsOptions extends ServerOptions {
  json?: true;
}

/** What an investigation can look with, and why other tools are not offered. */
export async function tools(options: ToolsOptions, { terminal }: Context): Promise<ExitCode> {
  const { servers } = await createApiClient(options).get('/api/v1/tools', ToolsAnswer);
  const { out, paint } = terminal;
  if (options.json) {
    out(JSON.stringify(servers));
    return exitCodes.ok;
  }
  const rows = servers.flatMap(server => server.tools.map(tool => ({ server: server.name, ...tool })));
  out(listing(columns, rows, terminal));
  for (const { name, problem } of servers)
    if (problem !== undefined) out(`${paint('warning', `${name} is away:`)} ${problem}`);
  const changed = rows.find(({ state }) => state === 'changed');
  if (changed) {
    out(`${paint('accent', '→')} ${changed.server} ${changed.name} says now: ${changed.description ?? ''}`);
    out(`  agree: alertwright tools confirm ${changed.server} ${changed.name} --hash ${changed.hash}`);
  }
  return exitCodes.ok;
}

interface Row extends ToolAnswer {
  server: string;
}

const columns: Column<Row>[] = [
  { title: 'server', text: ({ server }) => server },
  { title: 'tool', text: ({ name }) => name },
  {
    title: 'state',
    text: ({ state }) => state,
    tone: ({ state }) => (state === 'offered' ? 'good' : state === 'changed' ? 'warning' : 'faint'),
  },
  { title: 'offered as, or why not', text: ({ offeredAs, why }) => why ?? offeredAs ?? '', least: 30 },
];

export interface ConfirmOptions extends ServerOptions {
  hash: string;
  by?: string;
}

/** Agrees to what a tool that has changed says about itself now. */
export async function confirmTool(
  server: string,
  tool: string,
  options: ConfirmOptions,
  { terminal }: Context,
): Promise<ExitCode> {
  const { hash, by = userInfo().username } = options;
  await createApiClient(options).post('/api/v1/tools/confirmation', { server, tool, hash, by });
  terminal.out(`confirmed: ${tool} of ${server} as ${hash}, by ${by}`);
  return exitCodes.ok;
}
