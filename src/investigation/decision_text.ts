import { z } from 'zod';
import { Decision } from '../incidents/decision.ts';
import { tryJson } from '../lib/json.ts';
import { jsonExtent } from '../model/json_text.ts';

export type ParsedDecision = { ok: true; decision: Decision } | { ok: false; problem: string };

/**
 * Reads a decision out of what a model wrote: the first JSON object in it, whatever stands around it. One that cites
 * what was never seen is none.
 */
export function parseDecision(text: string, seen: ReadonlySet<string>): ParsedDecision {
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
  if (!parsed.success) return { ok: false, problem: problemOf(parsed.error) };
  const unseen = parsed.data.evidence.filter(({ id }) => !seen.has(id)).map(({ id }) => id);
  if (unseen.length === 0) return { ok: true, decision: parsed.data };
  const known = [...seen].join(', ') || 'none';
  return { ok: false, problem: `evidence: ${unseen.join(', ')} is no id of an answer; the ids are: ${known}` };
}

/** The shape as the model is told it. */
export const decisionSchema = z.toJSONSchema(Decision, { io: 'input' }) as Record<string, unknown>;

function problemOf(error: z.ZodError): string {
  const problems = error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'the object'}: ${message}`);
  const left = error.issues.length - problems.length;
  return [...problems, ...(left > 0 ? [`and ${left} more problems`] : [])].join('; ');
}
