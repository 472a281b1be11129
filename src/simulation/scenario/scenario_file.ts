import type { z } from 'zod';
import { AlertwrightError, exitCodes } from '../../lib/errors.ts';
import { readYaml } from '../../lib/yaml_source.ts';

interface ScenarioFile {
  /** As people should see it in messages. */
  file: string;
  text: string;
}

/** The value of a YAML file, and how to say what is wrong at a place in it. */
export interface YamlValue {
  value: unknown;
  fail(path: readonly PropertyKey[], message: string): AlertwrightError;
}

export function readScenarioFile({ file, text }: ScenarioFile): YamlValue {
  const { value, positionOf } = readYaml(file, text);
  return {
    value,
    fail: (path, message) =>
      new AlertwrightError('scenario_invalid', `${positionOf(path)}: ${writtenPath(path)}: ${message}`, {
        remedy: 'See `alertwright scenario schema`, or docs/scenarios.md, for what stands there.',
        exitCode: exitCodes.config,
      }),
  };
}

/** The parsed value, or an error that names file, line and path of the first problem. */
export function parseWith<S extends z.ZodType>(schema: S, source: YamlValue, value: unknown): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const { path, message } = deepest(result.error.issues);
  throw source.fail(path, message);
}

interface Problem {
  path: PropertyKey[];
  message: string;
}

/** A value that has another form altogether fails with these at its root. */
const otherForm: readonly string[] = ['invalid_type', 'unrecognized_keys'];

/** Of a union the branch that knows all keys says best what is wrong. */
function deepest(issues: readonly z.core.$ZodIssue[]): Problem {
  const [issue] = issues;
  if (!issue) return { path: [], message: 'expected something else' };
  if (issue.code !== 'invalid_union') return { path: issue.path, message: describe(issue) };
  const meant = issue.errors.find(branch =>
    branch.every(({ path, code }) => path.length > 0 || !otherForm.includes(code)),
  );
  if (!meant) return { path: issue.path, message: `expected one of the known forms, got ${shortJson(issue.input)}` };
  const { path, message } = deepest(meant);
  return { path: [...issue.path, ...path], message };
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `expected no key ${issue.keys.map(key => `"${key}"`).join(', ')}`;
  if (issue.code === 'invalid_type' && !issue.message.startsWith('expected'))
    return `expected ${issue.expected}, got ${shortJson(issue.input)}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.join(' or ')}, got ${shortJson(issue.input)}`;
  const expected = issue.message.startsWith('expected') ? issue.message : `expected a valid value (${issue.message})`;
  return `${expected}, got ${shortJson(issue.input)}`;
}

function shortJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function writtenPath(path: readonly PropertyKey[]): string {
  const text = path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'the file';
}
