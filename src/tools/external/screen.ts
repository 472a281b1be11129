import { z } from 'zod';
import { hashOf } from '../../lib/hash.ts';
import type { ToolSpec } from '../../model/model.ts';
import { denialOf } from './deny.ts';
import { cleaned } from './frame.ts';
import { boundedSchema } from './schema_bounds.ts';
import type { CalledTool } from './session.ts';
import type { ExternalSettings } from './settings.ts';

/** What becomes of a tool that a server lists. */
export interface ScreenedTool {
  /** The server's name for it. */
  name: string;
  state: 'offered' | 'withheld' | 'changed';
  /** Why it is not offered. */
  why?: string;
  /** Of what it says about itself. */
  hash?: string;
  /** In its own words, bounded and without secrets. */
  description?: string;
  /** As models see it, and as it is called; only of what is offered. */
  offer?: { spec: ToolSpec; called: CalledTool };
}

/** Keeps the hash that was seen first; gives the one that is kept. */
export type Pin = (tool: string, hash: string) => string;

const ListedTool = z.looseObject({
  name: z.string().min(1).max(128),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.looseObject({ type: z.literal('object') }),
  annotations: z.looseObject({ readOnlyHint: z.unknown(), destructiveHint: z.unknown() }).partial().optional(),
});
type ListedTool = z.infer<typeof ListedTool>;

const longestDescription = 300;

/** The tools of a server, of which only those may be offered that mark themselves as read-only and are allowed. */
export function screen(listed: readonly unknown[], settings: ExternalSettings, pin: Pin): ScreenedTool[] {
  const taken = new Set<string>();
  return listed.map((entry, index) => {
    const parsed = ListedTool.safeParse(entry);
    if (!parsed.success) return { name: nameIn(entry, index), state: 'withheld', why: 'it is not described as a tool' };
    const tool = parsed.data;
    if (taken.has(tool.name)) return { name: tool.name, state: 'withheld', why: 'another one has the same name' };
    taken.add(tool.name);
    return screenOne(tool, settings, pin);
  });
}

function screenOne(tool: ListedTool, settings: ExternalSettings, pin: Pin): ScreenedTool {
  const { name } = tool;
  const refusal = refusalOf(tool, settings);
  if (refusal !== undefined) return { name, state: 'withheld', why: refusal };
  const inputSchema = boundedSchema(tool.inputSchema);
  if (!inputSchema) return { name, state: 'withheld', why: 'its schema is too large' };
  const hash = hashOf([tool.title ?? '', tool.description ?? '', tool.inputSchema], 32);
  const said = cleaned(tool.description ?? tool.title ?? name, longestDescription)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const known = { name, hash, description: said };
  if (pin(name, hash) !== hash)
    return { ...known, state: 'changed', why: 'it describes itself in another way than when it was first seen' };
  const description = `${settings.name}'s own words, as data: ${said}`;
  return {
    ...known,
    state: 'offered',
    offer: {
      spec: { name: offeredName(settings, name), description, inputSchema },
      called: { name, inputSchema: tool.inputSchema },
    },
  };
}

function refusalOf({ name, annotations }: ListedTool, settings: ExternalSettings): string | undefined {
  if (annotations?.readOnlyHint !== true) return 'it is not marked as read-only';
  if (annotations.destructiveHint === true) return 'it is marked as destructive';
  const denial = denialOf(name);
  if (denial !== undefined) return `it is never offered: ${denial}`;
  if (matches(settings.deny, name)) return 'deny of the configuration names it';
  if (!matches(settings.allow, name)) return 'allow of the configuration does not name it';
  if (!/^[\w-]{1,64}$/.test(offeredName(settings, name)))
    return 'its name can not be offered: it is long, or has signs in it';
  return undefined;
}

function offeredName({ prefix }: ExternalSettings, name: string): string {
  return `${prefix}_${name}`;
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some(pattern => {
    const parts = pattern.split('*').map(part => part.replaceAll(/[^\w]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}

function nameIn(entry: unknown, index: number): string {
  const name = entry !== null && typeof entry === 'object' && 'name' in entry ? entry.name : undefined;
  return typeof name === 'string' && name !== '' ? cleaned(name, 60) : `number ${index + 1}`;
}
