import type { PodTemplate } from '../../kubernetes/objects.ts';
import { withoutHashLabel } from '../../kubernetes/workload.ts';
import { isSecretName } from '../../lib/redaction.ts';
import { clip } from './answer.ts';

/** What differs between two pod templates, one line a field, in the words of the manifest. */
export function templateChanges(before: PodTemplate, after: PodTemplate): string[] {
  const old = fieldsOf(before);
  const now = fieldsOf(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap(path => {
    const [from, to] = [old.get(path), now.get(path)];
    return from === to ? [] : [changeLine(path, from, to)];
  });
}

function changeLine(path: string, from: string | undefined, to: string | undefined): string {
  if (path.endsWith('kubectl.kubernetes.io/restartedAt')) return `restarted on request at ${to ?? 'an unknown time'}`;
  if (isSecretName(path.split(' ').at(-1) ?? '')) {
    return `${path}: a secret value, ${from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'}`;
  }
  const show = (value: string) => clip(value, 120);
  if (from === undefined) return `${path}: ${show(to ?? '')} (added)`;
  if (to === undefined) return `${path}: removed (was ${show(from)})`;
  return `${path}: ${show(from)} -> ${show(to)}`;
}

/** Every leaf of a template by a readable path: "container web env LOG_LEVEL", "container web resources.limits.memory". */
function fieldsOf(template: PodTemplate): Map<string, string> {
  const fields = new Map<string, string>();
  const { containers, initContainers = [], ...rest } = template.spec;
  const { labels = {}, annotations = {} } = withoutHashLabel(template).metadata ?? {};
  for (const [kind, list] of [
    ['init container', initContainers],
    ['container', containers],
  ] as const) {
    for (const { name, env = [], ...container } of list) {
      flatten(container, `${kind} ${name} `, fields);
      for (const { name: variable, value, valueFrom } of env) {
        fields.set(`${kind} ${name} env ${variable}`, valueFrom ? `from ${JSON.stringify(valueFrom)}` : (value ?? ''));
      }
    }
  }
  flatten(rest, '', fields);
  flatten(labels, 'label ', fields);
  flatten(annotations, 'annotation ', fields);
  return fields;
}

function flatten(value: object, prefix: string, into: Map<string, string>): void {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) flatten(inner, `${prefix}${key}.`, into);
    else if (inner !== undefined)
      into.set(`${prefix}${key}`, typeof inner === 'string' ? inner : JSON.stringify(inner));
  }
}
