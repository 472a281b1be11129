import { z } from 'zod';
import { type Answer, plural } from './answer.ts';
import { matches } from './log_lines.ts';
import { defineTool, type Senses } from './tool.ts';

const Input = z.object({
  id: z.string(),
  grep: z.string().optional().describe('a|b: either text'),
  path: z.string().optional(),
  offset: z.number().int().min(0).optional().describe('parts to skip'),
});

export const readMore = defineTool({
  name: 'read_more',
  description: 'Reads what an earlier answer left out, by its id.',
  input: Input,
  facts: z.object({ parts: z.number(), shown_from: z.number() }),
  aliases: { filter: 'grep', search: 'grep', skip: 'offset', field: 'path' },
  answer: async (args, senses) => rest(args, senses),
});

function rest(
  { id, grep, path, offset = 0 }: z.infer<typeof Input>,
  { kept }: Senses,
): Answer<{ parts: number; shown_from: number }> {
  const whole = kept.find(id.trim());
  if (!whole) return { head: [`There is no answer ${id.slice(0, 40)} any more: ask the tool again.`] };
  const parts = [...(whole.body ?? [])];
  const wanted = wantedBy(grep, path);
  const found = wanted ? parts.flatMap(part => part.split('\n')).filter(wanted.line) : parts;
  const shown = found.slice(offset);
  const of = wanted ? `${plural(found.length, 'line')} ${wanted.says}` : plural(parts.length, 'part');
  return {
    facts: { parts: found.length, shown_from: offset },
    head: [
      shown.length > 0 ? `${of}${offset > 0 ? `, after the first ${offset}` : ''}:` : `${of}: nothing more to show.`,
    ],
    body: shown,
    more: `ask with a larger offset than ${offset}`,
  };
}

/** A text anywhere in a line, or the field that it begins with. */
function wantedBy(grep: string | undefined, path: string | undefined) {
  if (grep !== undefined) return { line: (line: string) => matches(line, grep), says: `with "${grep}"` };
  if (path === undefined) return undefined;
  return { line: (line: string) => line.trimStart().startsWith(path), says: `below ${path}` };
}
