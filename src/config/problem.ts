import type { z } from 'zod';
import { didYouMean } from '../lib/nearest.ts';
import { redact } from '../lib/redaction.ts';
import { shortened } from '../lib/text.ts';
import { isSecret, keysAt, nodeAt } from './schema.ts';

/** What is wrong with a configuration, said so that it can be put right. */
export interface Problem {
  path: PropertyKey[];
  says: string;
  remedy: string;
}

type Issue = z.core.$ZodIssue;

export function firstProblem(issues: readonly Issue[]): Problem {
  const issue = furthest(issues[0]!);
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return unknownKey(path, issue.keys[0]!);
  const here = path.join('.') || 'the configuration';
  const description = nodeAt(path)?.description;
  return {
    path,
    says: `${here}: expected ${expected(issue)}, got ${shown(issue.input, path)}`,
    remedy: description ? `${here} is: ${description}.` : 'See `alertwright config env` for all keys.',
  };
}

function unknownKey(path: PropertyKey[], key: string): Problem {
  const valid = keysAt(path);
  return {
    path: [...path, key],
    says: `unknown key "${[...path, key].join('.')}"${didYouMean(key, valid)}`,
    remedy: `The keys ${path.length > 0 ? `of ${path.join('.')}` : ''} are: ${valid.join(', ')}.`.replace('  ', ' '),
  };
}

/** Of a union, the problem in the branch that fits best: a mapping is compared with the mapping. */
function furthest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inside = issue.errors.map(branch => branch[0]!).find(({ path, code }) => path.length > 0 || !isMisfit(code));
  return inside ? furthest({ ...inside, path: [...issue.path, ...inside.path] }) : issue;
}

function isMisfit(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value';
}

function expected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_union':
      return forms(issue.path);
    case 'invalid_type':
      return kinds[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.join(' or ');
    case 'too_small':
      return issue.origin === 'string' ? 'text that is not empty' : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const kinds: Record<string, string> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  boolean: 'true or false',
};

function forms(path: readonly PropertyKey[]): string {
  const choices = (nodeAt(path)?.anyOf ?? []).flatMap(({ const: only, enum: several }) => several ?? only ?? []);
  return `${choices.join(' or ')}, or a mapping with ${keysAt(path).join(', ')}`;
}

function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (isSecret(path)) return `a ${typeof value} (not shown)`;
  return shortened(redact(JSON.stringify(value)), 80);
}
