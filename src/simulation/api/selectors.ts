import type { KubeObject } from '../../kubernetes/objects.ts';
import { valueAt } from './json.ts';
import { badRequest } from './status_error.ts';

export type Matcher = (object: KubeObject) => boolean;

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

export const matchesAll: Matcher = () => true;

/** `app=web,tier in (front,back),!canary`, as `kubectl -l` takes it. Throws 400 on anything else. */
export function labelMatcher(selector: string): Matcher {
  const tests = splitOutsideParentheses(selector)
    .filter(part => part !== '')
    .map(labelTest);
  return object => tests.every(test => test(object.metadata.labels ?? {}));
}

const setRequirement = /^([^\s!=<>,()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const equality = /^([^\s!=<>,()]+)\s*(==|=|!=|<|>)\s*([^\s!=<>,()]*)$/;
const existence = /^(!?)\s*([^\s!=<>,()]+)$/;

function labelTest(part: string): LabelTest {
  const exists = existence.exec(part);
  if (exists) return labels => Object.hasOwn(labels, exists[2]!) === (exists[1] === '');
  const set = setRequirement.exec(part);
  if (set) return setTest(set[1]!, set[2] === 'in', set[3]!);
  const comparison = equality.exec(part);
  if (!comparison) throw badRequest(`unable to parse requirement: expected a label requirement, got "${part}"`);
  const [, key = '', operator = '', value = ''] = comparison;
  if (operator === '!=') return labels => own(labels, key) !== value;
  if (operator === '<') return labels => Number(own(labels, key)) < Number(value);
  if (operator === '>') return labels => Number(own(labels, key)) > Number(value);
  return labels => own(labels, key) === value;
}

function setTest(key: string, wanted: boolean, list: string): LabelTest {
  const values = new Set(list.split(',').map(value => value.trim()));
  return labels => {
    const value = own(labels, key);
    return (value !== undefined && values.has(value)) === wanted;
  };
}

function own(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map(part => part.trim());
}

/**
 * `spec.nodeName=a,status.phase!=Running`. `fields` maps each name that this resource can be selected by to the path
 * where the value lies; any other name is a 400, as on a real server.
 */
export function fieldMatcher(selector: string, fields: Readonly<Record<string, string>>): Matcher {
  const tests = selector.split(',').filter(part => part.trim() !== '');
  const matchers = tests.map(part => fieldTest(part.trim(), fields));
  return object => matchers.every(matches => matches(object));
}

function fieldTest(part: string, fields: Readonly<Record<string, string>>): Matcher {
  const [, name = '', operator, wanted] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: expected FIELD=VALUE, got "${part}"`);
  const path = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (path === undefined) throw badRequest(`field label not supported: ${name}`);
  return object => isShownAs(valueAt(object, path), wanted ?? '') === (operator !== '!=');
}

/** A field that isn't set counts as empty, and as false. */
function isShownAs(value: unknown, text: string): boolean {
  return value === undefined ? text === '' || text === 'false' : String(value) === text;
}
