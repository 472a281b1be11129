import { isRecord } from '../../lib/json.ts';
import { enumerate } from './answer.ts';

export type AtPath = { kind: 'value'; value: unknown } | { kind: 'nothing'; says: string };

/**
 * What stands at a path such as `spec.template.spec.containers[0].image`. Items of lists are chosen by number, by
 * `[*]`, or by name: `containers[web]`, `conditions[Ready]`. Keys with dots are put in brackets: `labels[app.kubernetes.io/name]`.
 */
export function atPath(object: unknown, path: string): AtPath {
  let value = object;
  let walked = '';
  for (const step of stepsOf(path)) {
    const next = stepInto(value, step);
    if (next === undefined)
      return { kind: 'nothing', says: `There is nothing at ${walked || 'the top'} called "${step}"; ${hasOf(value)}.` };
    value = next;
    walked = walked === '' ? step : `${walked}.${step}`;
  }
  return { kind: 'value', value };
}

/** As JSONPath, as a Go template and as people write it: "{.spec.replicas}", ".spec.replicas", "spec.replicas". */
function stepsOf(path: string): string[] {
  const plain = path
    .trim()
    .replace(/^\{|\}$/g, '')
    .replace(/^\$/, '');
  return [...plain.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)]
    .map(([, inBrackets, word]) => (inBrackets ?? word ?? '').trim().replace(/^['"]|['"]$/g, ''))
    .map(step => step.replace(/^\?\(@\.\w+\s*==\s*['"]?([^'")]*)['"]?\)$/, '$1').replace(/^(name|type)=/, ''))
    .filter(step => step !== '');
}

function stepInto(value: unknown, step: string): unknown {
  if (Array.isArray(value)) {
    if (step === '*') return value;
    if (/^\d+$/.test(step)) return value[Number(step)];
    const named = value.find(item => isRecord(item) && (item['name'] === step || item['type'] === step));
    if (named !== undefined) return named;
    const all = value.map(item => stepInto(item, step)).filter(item => item !== undefined);
    return all.length > 0 ? all : undefined;
  }
  return isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function hasOf(value: unknown): string {
  if (Array.isArray(value)) return `it is a list of ${value.length}`;
  if (isRecord(value)) return `it has ${enumerate(Object.keys(value), 15)}`;
  return `it is ${JSON.stringify(value)}`;
}
