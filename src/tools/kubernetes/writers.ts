import type { KubeObject } from '../../kubernetes/objects.ts';
import { isRecord } from '../../lib/json.ts';
import { age } from './answer.ts';

/** Who wrote to an object, and when last: one for each field manager. */
export interface Writer {
  name: string;
  time: string;
  fields: Record<string, unknown>;
}

/**
 * Who wrote the object apart from its status and from controllers, the latest first; with a path, only those to whom
 * the field there belongs. The time is that of the writer's last change, of whichever of its fields.
 */
export function writersOf({ metadata }: KubeObject, path: readonly string[] = []): Writer[] {
  return (metadata.managedFields ?? [])
    .flatMap((entry): Writer[] => {
      if (!isRecord(entry) || entry['subresource'] || typeof entry['time'] !== 'string') return [];
      const name = String(entry['manager'] ?? 'an unknown writer');
      const fields = isRecord(entry['fieldsV1']) ? entry['fieldsV1'] : {};
      return name === 'kube-controller-manager' || !owns(fields, path) ? [] : [{ name, time: entry['time'], fields }];
    })
    .toSorted((a, b) => (a.time < b.time ? 1 : -1));
}

function owns(fields: Record<string, unknown>, path: readonly string[]): boolean {
  const inner = path.reduce<unknown>((value, key) => (isRecord(value) ? value[`f:${key}`] : undefined), fields);
  return inner !== undefined;
}

/** "last changed 3m ago by kubectl-edit", or when it was made where nothing tells who wrote it. */
export function changedText(object: KubeObject, now: number, path: readonly string[] = []): string {
  const [writer] = writersOf(object, path);
  if (!writer) return `made ${age(object.metadata.creationTimestamp, now)} ago`;
  return `last changed ${age(writer.time, now)} ago by ${writer.name}`;
}
