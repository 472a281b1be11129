import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { collectionPath, kinds } from '../../src/kubernetes/kinds.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

function rulesIn(file: string): Rule[] {
  const text = readFileSync(join(import.meta.dirname, '../../deploy/rbac', file), 'utf8');
  const objects = parseAllDocuments(text).map(document => document.toJS() as { kind: string; rules?: Rule[] });
  return objects.flatMap(({ rules = [] }) => rules);
}

/** "apps/deployments: get, list" */
function grants(rules: readonly Rule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap(group => resources.map(resource => `${group}/${resource}: ${verbs.join(', ')}`)),
    )
    .sort();
}

/** What the tools can ask for at all: the kinds that the port knows. */
const wanted = Object.values(kinds).map(kind => {
  const [group = '', version] = kind.apiVersion.split('/');
  const resource = collectionPath(kind).split('/').at(-1);
  const watched = ['Pod', 'Node'].includes(kind.kind) ? ', watch' : '';
  return `${version === undefined ? '' : group}/${resource}: get, list${watched}`;
});

test('the reader may read what the tools can ask for, and nothing else', () => {
  expect(grants(rulesIn('reader.yaml'))).toEqual([...wanted, '/pods/log: get'].sort());
});

test('the actor may do what the actions need, and nothing else', () => {
  expect(grants(rulesIn('actor.yaml'))).toEqual(['/events: create', 'apps/deployments: patch']);
});
