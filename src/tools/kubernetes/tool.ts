import { z } from 'zod';
import type { ClusterReader } from '../../kubernetes/cluster.ts';
import type { Clock } from '../../lib/clock.ts';
import { definedOf } from '../../lib/defined.ts';
import type { Instruments } from '../instruments.ts';
import { type Answer, enumerate } from './answer.ts';
import type { KeptAnswers } from './kept_answers.ts';

/** What a tool may use: it can look, and tell the time. */
export interface Senses extends Instruments {
  cluster: ClusterReader;
  /** Earlier answers, of which more can be read. */
  kept: KeptAnswers;
  clock: Pick<Clock, 'now'>;
  signal: AbortSignal;
}

/** One tool of the built-in server. */
export interface Tool {
  name: string;
  /** One line that a small model understands. */
  description: string;
  inputSchema: Record<string, unknown>;
  /** It is not offered without. */
  needs?: keyof Instruments;
  /** A bound of its own for what an answer costs, below the one of all. */
  tokens?: number;
  /** What `facts` of an answer look like. */
  factsSchema: Record<string, unknown>;
  answer(args: Record<string, unknown>, senses: Senses): Promise<ToolResult>;
}

export type ToolResult = { kind: 'answer'; answer: Answer } | { kind: 'bad_arguments'; problem: string };

interface Definition<S extends z.ZodObject, F extends z.ZodObject> {
  name: string;
  description: string;
  needs?: keyof Instruments;
  tokens?: number;
  input: S;
  /** What a program can use of an answer: numbers and names, no text. */
  facts: F;
  /** Other names that models give to the arguments. */
  aliases?: Record<string, keyof z.infer<S> & string>;
  answer(args: z.infer<S>, senses: Senses): Promise<Answer<z.infer<F>>>;
}

/** A tool that takes its arguments the way models write them: other names, numbers in quotes, nulls for "not given". */
export function defineTool<S extends z.ZodObject, F extends z.ZodObject>(definition: Definition<S, F>): Tool {
  const { name, description, needs, tokens, input } = definition;
  const known = Object.keys(input.shape);

  return {
    name,
    description,
    ...definedOf({ needs, tokens }),
    inputSchema: jsonSchemaOf(input),
    factsSchema: jsonSchemaOf(definition.facts),
    async answer(args, senses) {
      const { accepted, unknown } = settle(args, definition);
      const parsed = input.safeParse(accepted);
      if (!parsed.success) return { kind: 'bad_arguments', problem: problemOf(parsed.error, accepted, known) };
      const answer = await definition.answer(parsed.data, senses);
      if (unknown.length === 0) return { kind: 'answer', answer };
      const note = `(not used: ${enumerate(unknown, 5)}; ${name} takes ${known.join(', ')})`;
      return { kind: 'answer', answer: { ...answer, head: [...answer.head, note] } };
    },
  };
}

/** Without what a model need not read: bounds are checked, and said when they are missed. */
function jsonSchemaOf(schema: z.ZodObject): Record<string, unknown> {
  const {
    $schema: _,
    additionalProperties: __,
    ...rest
  } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.minimum;
      delete jsonSchema.maximum;
      delete jsonSchema.maxLength;
    },
  });
  return rest;
}

function settle<S extends z.ZodObject>(
  args: Record<string, unknown>,
  { input, aliases }: Pick<Definition<S, z.ZodObject>, 'input' | 'aliases'>,
) {
  const accepted: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [given, value] of Object.entries(args)) {
    if (value === null || value === undefined || value === '') continue;
    const name = given in input.shape ? given : aliases?.[given];
    if (name === undefined) unknown.push(given);
    else if (given === name || !(name in args)) accepted[name] = sameType(value, input.shape[name]);
  }
  return { accepted, unknown };
}

/** A value in the type that the schema wants, when that can be told for certain. */
function sameType(value: unknown, schema: z.core.$ZodType | undefined): unknown {
  if (!schema || z.safeParse(schema, value).success) return value;
  const candidates =
    typeof value === 'string' ? [Number(value), value.toLowerCase() === 'true', value.toLowerCase()] : [String(value)];
  const fits = candidates.filter(candidate => String(candidate) === String(value).toLowerCase());
  return fits.find(candidate => z.safeParse(schema, candidate).success) ?? value;
}

function problemOf(error: z.ZodError, given: Record<string, unknown>, known: string[]): string {
  const problems = error.issues.map(issue => {
    const path = issue.path.join('.');
    const missing = path !== '' && !(path in given);
    return missing ? `${path} is required` : `${path || 'arguments'}: ${issue.message}`;
  });
  return `${problems.join('; ')}. It takes ${known.join(', ')}.`;
}
