import { z } from 'zod';
import { Decision } from '../incidents/decision.ts';

export type ParsedDecision = { ok: true; decision: Decision } | { ok: false; problem: string };

/** Reads a decision out of what a model wrote: the JSON object in it, whatever stands around it. */
export function parseDecision(text: string): ParsedDecision {
  const json = objectIn(text);
  if (json === undefined) return { ok: false, problem: 'expected a JSON object, found none' };
  const parsed = Decision.safeParse(json);
  return parsed.success ? { ok: true, decision: parsed.data } : { ok: false, problem: problemOf(parsed.error) };
}

/** The shape as the model is told it. */
export const decisionSchema = z.toJSONSchema(Decision, { io: 'input' }) as Record<string, unknown>;

function objectIn(text: string): unknown {
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end <= start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
}

function problemOf(error: z.ZodError): string {
  const problems = error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'the object'}: ${message}`);
  const left = error.issues.length - problems.length;
  return [...problems, ...(left > 0 ? [`and ${left} more problems`] : [])].join('; ');
}
