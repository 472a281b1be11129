import { isRecord, tryJson } from '../lib/json.ts';

/** A call that a model wrote into its text instead of asking for it. */
export interface TextCall {
  name: string;
  arguments: Record<string, unknown>;
}

export interface CallRules {
  /** Only these names are calls. */
  offered: ReadonlySet<string>;
  /** Whether `{"name": …}` alone may stand for a call without arguments. */
  needArguments: boolean;
}

/** An object with any other key is something else that happens to have a name. */
const callKeys = new Set(['name', 'function', 'arguments', 'parameters', 'args', 'id', 'type', 'tool_calls']);

/** The calls that a JSON value spells out; `undefined` unless all of it is calls. */
export function callsIn(value: unknown, rules: CallRules): TextCall[] | undefined {
  const listed = isRecord(value) && Array.isArray(value['tool_calls']) ? value['tool_calls'] : value;
  const calls = (Array.isArray(listed) ? listed : [listed]).map(item => oneCall(item, rules));
  return calls.length > 0 && calls.every(call => call !== undefined) ? calls : undefined;
}

function oneCall(value: unknown, rules: CallRules): TextCall | undefined {
  if (!isRecord(value) || Object.keys(value).some(key => !callKeys.has(key))) return undefined;
  if (isRecord(value['function'])) return oneCall(value['function'], rules);
  const name = value['name'] ?? value['function'];
  if (typeof name !== 'string' || !rules.offered.has(name)) return undefined;
  const given = value['arguments'] ?? value['parameters'] ?? value['args'];
  if (given === undefined) return rules.needArguments ? undefined : { name, arguments: {} };
  const args = typeof given === 'string' ? tryJson(given) : given;
  return isRecord(args) ? { name, arguments: args } : undefined;
}
