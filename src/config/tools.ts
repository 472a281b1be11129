import { z } from 'zod';
import { isSecretName } from '../lib/redaction.ts';

const text = z.string().min(1);
const url = z
  .url({ protocol: /^https?$/, error: 'an http or https URL' })
  .refine(
    given => !/\/\/[^/]*@/.test(given),
    'a URL without user and password (a token has a place of its own: tokenFile)',
  );
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
const name = /^[a-z][a-z0-9_-]{0,30}$/;
const aName = 'a name of at most 31 small letters, digits, - and _';

const Server = z
  .strictObject({
    name: z.string().regex(name, aName).describe('what it is called here'),
    url: url.optional().describe('its streamable HTTP endpoint, such as http://mcp.tools:8080/mcp'),
    tokenFile: text.optional().describe('file of a bearer token for it; read anew when it changes'),
    command: text.optional().describe('instead of a url: a program to start, which speaks MCP on its standard streams'),
    args: z.array(z.string()).default([]).describe('its arguments'),
    env: z
      .record(variable, z.string())
      .default({})
      .describe('its environment, beside PATH and HOME of ours; nothing else is passed on'),
    envFiles: z.record(variable, text).default({}).describe('variables whose values stand in files'),
    allow: z
      .array(text)
      .min(1)
      .describe('its tools that may be offered when they are read-only; * matches any letters'),
    deny: z.array(text).default([]).describe('of those, the ones that may not'),
    prefix: z
      .string()
      .regex(name, aName)
      .optional()
      .describe('what the names of its tools begin with; its name when left out'),
    timeoutSeconds: z.int().min(1).max(300).default(15).describe('longest wait for one answer'),
    perSecond: z.int().min(1).max(1000).default(10).describe('calls in a second at most'),
    lifetimeSeconds: z.int().min(0).max(3600).default(10).describe('how long an answer stays good'),
  })
  .refine(({ url: at, command }) => (at === undefined) !== (command === undefined), 'a url or a command, and not both')
  .refine(({ url: at, tokenFile }) => at !== undefined || tokenFile === undefined, 'a url beside tokenFile')
  .refine(
    ({ env }) => !Object.entries(env).some(([key, value]) => isSecretName(key) && value !== ''),
    'no secrets in env: envFiles names the files that hold them',
  );

export const Tools = z.strictObject({
  servers: z
    .array(Server)
    .max(20)
    .default([])
    .refine(
      servers => new Set(servers.map(each => each.name)).size === servers.length,
      'servers with names of their own',
    )
    .refine(
      servers => new Set(servers.map(each => each.prefix ?? each.name)).size === servers.length,
      'servers with prefixes of their own',
    )
    .describe('MCP servers of others whose tools an investigation may use'),
});
export type Tools = z.infer<typeof Tools>;
