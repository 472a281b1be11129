import type { KubeObject } from '../../../kubernetes/objects.ts';
import { age, ageColumn, type Column, nameColumn } from '../table/column.ts';
import type { DefinedColumn } from './definition.ts';
import { valuesAt } from './json_path.ts';

/** What `kubectl get` prints of a custom resource. */
export function printerColumns(defined: readonly DefinedColumn[] | undefined): Column<KubeObject>[] {
  if (!defined || defined.length === 0) return [nameColumn, { ...ageColumn, type: 'date' }];
  return [nameColumn, ...defined.map(columnFrom)];
}

function columnFrom({ name, type, jsonPath, description, priority = 0 }: DefinedColumn): Column<KubeObject> {
  return {
    name,
    type: type as Column<KubeObject>['type'],
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority > 0 ? { wide: true } : {}),
    value: (object, now) => cell(type, valuesAt(object, jsonPath), now),
  };
}

/** What isn't there has no cell, which clients show as they like. */
function cell(type: string, values: readonly unknown[], now: number): ReturnType<Column<KubeObject>['value']> {
  const [first] = values;
  if (first === undefined || first === null) return null;
  if (type === 'string') return typeof first === 'string' ? first : JSON.stringify(first);
  if (type === 'date') return typeof first === 'string' ? age(first, now) : null;
  if (type === 'integer') return typeof first === 'number' ? Math.trunc(first) : null;
  if (type === 'number') return typeof first === 'number' ? first : null;
  return typeof first === 'boolean' ? first : null;
}
