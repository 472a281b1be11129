import { z } from 'zod';
import { Decision } from '../incidents/decision.ts';
import { jsonExtent, tryJson } from '../model/json_text.ts';

export type ParsedDecision = { ok: true; decision: Decision } | { ok: false; problem: string };

/** Reads a decision out of what a model wrote: the first JSON object in it, whatever stands around it. */
export function parseDecision(text: string): ParsedDecision {
  const start = text.indexOf('{');
  if (start < 0) return { ok: false, problem: 'expected a JSON object, found none' };
  const extent = jsonExtent(text, start);
  if (extent?.missing !== '')
    return { ok: false, problem: 'expected a JSON object, got one that has no end: be brief' };
  const json = tryJson(text.slice(start, extent.end));
  if (json === undefined) return { ok: false, problem: 'expected a JSON object, got one that is not valid JSON' };
  // Which of two decisions is meant, nobody can tell.
  if (text.includes('"rootCause"', extent.end)) return { ok: false, problem: 'expected one decision, got several' };
  const parsed = Decision.safeParse(json);
  return parsed.success ? { ok: true, decision: parsed.data } : { ok: false, problem: problemOf(parsed.error) };
}

/** The shape as the model is told it. */
export const decisionSchema = z.toJSONSchema(Decision, { io: 'input' }) as Record<string, unknown>;

function problemOf(error: z.ZodError): string {
  const problems = error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'the object'}: ${message}`);
  const left = error.issues.length - problems.length;
  return [...problems, ...(left > 0 ? [`and ${left} more problems`] : [])].join('; ');
}
