import { badRequest } from './status_error.ts';

/** One requirement of a label selector; the operators are those of `kubectl -l`. */
export interface Requirement {
  key: string;
  operator: 'exists' | 'absent' | 'in' | 'notin' | 'gt' | 'lt';
  values: readonly string[];
}

interface Token {
  kind: 'identifier' | 'end' | ',' | '(' | ')' | '!' | '=' | '==' | '!=' | '>' | '<';
  text: string;
}

const lexeme = /\s*(?:(==|!=|[=!(),<>])|([^\s=!(),<>]+))/y;

function tokensOf(selector: string): Token[] {
  const tokens: Token[] = [];
  lexeme.lastIndex = 0;
  for (let match = lexeme.exec(selector); match; match = lexeme.exec(selector)) {
    const [, symbol, text] = match;
    if (symbol === undefined) tokens.push({ kind: 'identifier', text: text ?? '' });
    else tokens.push({ kind: symbol as Token['kind'], text: symbol });
  }
  return tokens;
}

/** Reads `app=web,tier in (front,back),!canary`, and refuses anything else in the words of a real server. */
export function parseLabelSelector(selector: string): Requirement[] {
  const tokens = tokensOf(selector);
  const end: Token = { kind: 'end', text: '' };
  const requirements: Requirement[] = [];
  let at = 0;
  const next = () => tokens[at] ?? end;
  const take = () => tokens[at++] ?? end;

  while (next().kind !== 'end') {
    if (next().kind !== 'identifier' && next().kind !== '!') {
      throw badRequest(`found '${next().text}', expected: !, identifier, or 'end of string'`);
    }
    requirements.push(requirement(next, take));
    const between = take();
    if (between.kind === 'end') break;
    if (between.kind !== ',') throw badRequest(`found '${between.text}', expected: ',' or 'end of string'`);
    if (next().kind !== 'identifier' && next().kind !== '!') {
      throw badRequest(`found '${next().text}', expected: identifier after ','`);
    }
  }
  return requirements;
}

type Read = () => Token;

function unreadable(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`);
}

function requirement(next: Read, take: Read): Requirement {
  let token = take();
  const isAbsent = token.kind === '!';
  if (isAbsent) token = take();
  if (token.kind !== 'identifier') throw unreadable(`found '${token.text}', expected: identifier`);
  const key = token.text;
  requireKey(key);
  if (isAbsent) return { key, operator: 'absent', values: [] };
  if (next().kind === 'end' || next().kind === ',') return { key, operator: 'exists', values: [] };
  const { text } = take();
  if (text === 'in' || text === 'notin') return checked({ key, operator: text, values: valueList(next, take) });
  const operator = operators[text];
  if (!operator) throw unreadable(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  return checked({ key, operator, values: [exactValue(next, take)] });
}

const operators: Readonly<Record<string, Requirement['operator']>> = {
  '=': 'in',
  '==': 'in',
  '!=': 'notin',
  '>': 'gt',
  '<': 'lt',
};

function exactValue(next: Read, take: Read): string {
  if (next().kind === 'end' || next().kind === ',') return '';
  const { kind, text } = take();
  if (kind !== 'identifier') throw unreadable(`found '${text}', expected: identifier`);
  return text;
}

function valueList(next: Read, take: Read): string[] {
  const open = take();
  if (open.kind !== '(') throw unreadable(`found '${open.text}' expected: '('`);
  const values = new Set<string>();
  let isOpen = true;
  for (let token = take(); ; token = take()) {
    if (token.kind === 'identifier') {
      values.add(token.text);
      isOpen = false;
      if (next().kind !== ',' && next().kind !== ')') {
        throw unreadable(`found '${next().text}', expected: ',' or ')'`);
      }
    } else if (token.kind === ',' || token.kind === ')') {
      if (isOpen) values.add('');
      if (token.kind === ')') return [...values].sort();
      isOpen = true;
    } else throw unreadable(`found '${token.text}', expected: ',', ')' or identifier`);
  }
}

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  for (const [index, value] of values.entries()) {
    if ((operator === 'gt' || operator === 'lt') && !/^[+-]?\d+$/.test(value)) {
      const why = "for 'Gt', 'Lt' operators, the value must be an integer";
      throw unreadable(`values[${index}]: Invalid value: ${JSON.stringify(value)}: ${why}`);
    }
    const problem = valueProblem(value);
    if (problem) throw unreadable(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`);
  }
  return requirement;
}

const nameForm = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const prefixForm = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longest = 63;

function valueProblem(value: string): string | undefined {
  if (value.length > longest) return `must be no more than ${longest} bytes`;
  if (value === '' || nameForm.test(value)) return undefined;
  return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

const nameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function requireKey(key: string): void {
  const problem = keyProblem(key);
  if (problem) throw unreadable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problem}`);
}

function keyProblem(key: string): string | undefined {
  const [name = '', prefix, more] = key.split('/').reverse();
  if (more !== undefined) {
    return `a valid label key ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  if (prefix === '') return 'prefix part must be non-empty';
  if (prefix !== undefined && !prefixForm.test(prefix)) {
    return "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > longest) return `name part must be no more than ${longest} bytes`;
  return nameForm.test(name) ? undefined : `name part ${nameRule}`;
}
