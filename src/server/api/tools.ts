import { z } from 'zod';
import type { ToolDesk } from '../../tools/desk.ts';
import { Refusal } from '../refusal.ts';
import { components } from './answers.ts';
import { type Route, route } from './route.ts';

export const ToolAnswer = z
  .object({
    name: z.string().describe("The server's own name for it."),
    state: z
      .enum(['offered', 'withheld', 'changed'])
      .describe(
        'changed: it describes itself in another way than when it was pinned, and waits for somebody to agree.',
      ),
    offeredAs: z.string().describe('What models call it.').exactOptional(),
    why: z.string().describe('Why it is not offered.').exactOptional(),
    hash: z.string().describe('Of its description and schema, as they are now.').exactOptional(),
    description: z.string().describe('In its own words.').exactOptional(),
  })
  .register(components, { id: 'Tool' });

export type ToolAnswer = z.infer<typeof ToolAnswer>;

const ToolServerAnswer = z
  .object({
    name: z.string(),
    problem: z.string().describe('Why it is away; left out while it is there.').exactOptional(),
    protocol: z.string().describe('The version of MCP that is spoken with it.').exactOptional(),
    tools: z.array(ToolAnswer),
  })
  .register(components, { id: 'ToolServer' });

export const ToolsAnswer = z.object({ servers: z.array(ToolServerAnswer) }).register(components, { id: 'Tools' });

const Confirmation = z.strictObject({
  server: z.string().min(1).max(100),
  tool: z.string().min(1).max(128),
  hash: z.string().min(1).max(64).describe('Of what was read and is agreed to.'),
  by: z.string().min(1).max(200),
});

export function toolRoutes(desk: ToolDesk): Route[] {
  return [
    route(
      {
        id: 'listTools',
        method: 'GET',
        path: '/api/v1/tools',
        tag: 'tools',
        summary: 'What an investigation can look with, and why other tools are not offered',
        answer: { status: 200, says: 'All servers and their tools.', schema: ToolsAnswer },
      },
      () => ({ servers: desk.list() }),
    ),
    route(
      {
        id: 'confirmTool',
        method: 'POST',
        path: '/api/v1/tools/confirmation',
        tag: 'tools',
        summary: 'Agree to what a tool that has changed says about itself now',
        body: Confirmation,
        answer: { status: 200, says: 'It is offered again.', schema: ToolsAnswer },
        refusals: { 409: 'There is nothing to agree to, or it has changed once more.' },
      },
      ({ body }) => {
        const problem = desk.confirm(body);
        if (problem !== undefined) throw new Refusal(409, 'not_confirmed', problem);
        return { servers: desk.list() };
      },
    ),
  ];
}
