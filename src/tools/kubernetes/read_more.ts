import { z } from 'zod';
import { type Answer, plural } from './answer.ts';
import { matches } from './log_lines.ts';
import { defineTool, type Senses } from './tool.ts';

const Input = z.object({
  id: z.string(),
  grep: z.string().optional().describe('a|b: either text'),
  offset: z.number().int().min(0).optional().describe('parts to skip'),
});

export const readMore = defineTool({
  name: 'read_more',
  description: 'Reads what an earlier answer left out, by its id.',
  input: Input,
  facts: z.object({ parts: z.number(), shown_from: z.number() }),
  aliases: { filter: 'grep', search: 'grep', skip: 'offset' },
  answer: async (args, senses) => rest(args, senses),
});

function rest(
  { id, grep, offset = 0 }: z.infer<typeof Input>,
  { kept }: Senses,
): Answer<{ parts: number; shown_from: number }> {
  const whole = kept.find(id.trim());
  if (!whole) return { head: [`There is no answer ${id.slice(0, 40)} any more: ask the tool again.`] };
  const parts = [...(whole.body ?? [])];
  const found =
    grep === undefined ? parts : parts.flatMap(part => part.split('\n')).filter(line => matches(line, grep));
  const shown = found.slice(offset);
  const of = grep === undefined ? plural(parts.length, 'part') : `${plural(found.length, 'line')} with "${grep}"`;
  return {
    facts: { parts: found.length, shown_from: offset },
    head: [
      shown.length > 0 ? `${of}${offset > 0 ? `, after the first ${offset}` : ''}:` : `${of}: nothing more to show.`,
    ],
    body: shown,
    more: `ask with a larger offset than ${offset}`,
  };
}
