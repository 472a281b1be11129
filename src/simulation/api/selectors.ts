import type { KubeObject } from '../../kubernetes/objects.ts';
import { valueAt } from './json.ts';
import { parseLabelSelector, type Requirement } from './label_selector.ts';
import { badRequest } from './status_error.ts';

export type Matcher = (object: KubeObject) => boolean;

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

export const matchesAll: Matcher = () => true;

/** `app=web,tier in (front,back),!canary`, as `kubectl -l` takes it. Throws 400 on anything else. */
export function labelMatcher(selector: string): Matcher {
  const tests = parseLabelSelector(selector).map(labelTest);
  return object => tests.every(test => test(object.metadata.labels ?? {}));
}

function labelTest({ key, operator, values }: Requirement): LabelTest {
  const wanted = new Set(values);
  const first = Number(values[0]);
  switch (operator) {
    case 'exists':
      return labels => Object.hasOwn(labels, key);
    case 'absent':
      return labels => !Object.hasOwn(labels, key);
    case 'gt':
      return labels => Number(own(labels, key)) > first;
    case 'lt':
      return labels => Number(own(labels, key)) < first;
    case 'in':
      return labels => isOneOf(own(labels, key), wanted);
    case 'notin':
      return labels => !isOneOf(own(labels, key), wanted);
  }
}

function isOneOf(value: string | undefined, wanted: ReadonlySet<string>): boolean {
  return value !== undefined && wanted.has(value);
}

function own(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/**
 * `spec.nodeName=a,status.phase!=Running`. `fields` maps each name that this resource can be selected by to the path
 * where the value lies; any other name is a 400, as on a real server.
 */
export function fieldMatcher(selector: string, { fields, hasOwnFields }: SelectableFields): Matcher {
  const terms = selector.split(/(?<!\\),/).filter(term => term.trim() !== '');
  const matchers = terms.map(term => fieldTest(term, selector, { fields, hasOwnFields }));
  return object => matchers.every(matches => matches(object));
}

/** What a resource can be selected by. */
export interface SelectableFields {
  fields: Readonly<Record<string, string>>;
  /** Kinds with fields of their own refuse others in other words. */
  hasOwnFields: boolean;
}

function fieldTest(term: string, selector: string, { fields, hasOwnFields }: SelectableFields): Matcher {
  const [, name = '', operator, wanted = ''] = /^([^=!]*)(!=|==|=)(.*)$/s.exec(term) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  if (name === '') return matchesAll;
  const path = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (path === undefined) {
    const known = Object.keys(fields).map(field => JSON.stringify(field));
    throw badRequest(
      hasOwnFields
        ? `field label not supported: ${name}`
        : `${JSON.stringify(name)} is not a known field selector: only ${known.join(', ')}`,
    );
  }
  const value = wanted.replaceAll(/\\(.)/g, '$1');
  return object => isShownAs(valueAt(object, path), value) === (operator !== '!=');
}

/** A field that isn't set counts as empty, and as false. */
function isShownAs(value: unknown, text: string): boolean {
  return value === undefined ? text === '' || text === 'false' : String(value) === text;
}
