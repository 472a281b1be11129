import type { ListQuery } from '../kubernetes/cluster.ts';
import type { KubeObject } from '../kubernetes/objects.ts';
import { isRecord } from '../lib/json.ts';

export type Matcher = (object: KubeObject) => boolean;

/** What the selectors of a query choose; `undefined` where only the API server can tell. */
export function matcherOf({ labelSelector = '', fieldSelector = '' }: ListQuery): Matcher | undefined {
  const byLabel = conditionsOf(labelSelector, (object, key) => object.metadata.labels?.[key]);
  const byField = conditionsOf(fieldSelector, fieldOf);
  if (!byLabel || !byField) return undefined;
  return object => byLabel.every(holds => holds(object)) && byField.every(holds => holds(object));
}

const written = /^([\w./-]+)(==|!=|=)([\w.:-]*)$/;

function conditionsOf(
  selector: string,
  textOf: (object: KubeObject, key: string) => string | undefined,
): Matcher[] | undefined {
  const parts = selector.split(',').filter(part => part !== '');
  const conditions = parts.map((part): Matcher | undefined => {
    const [, key, operator, value] = written.exec(part) ?? [];
    if (key === undefined) return undefined;
    return operator === '!=' ? object => textOf(object, key) !== value : object => textOf(object, key) === value;
  });
  return conditions.every(condition => condition !== undefined) ? conditions : undefined;
}

/** What is not there is the empty text, as for an API server. */
function fieldOf(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const part of path.split('.')) value = isRecord(value) ? value[part] : undefined;
  return typeof value === 'string' ? value : '';
}
