import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SchemaNode } from '../src/lib/schema_node.ts';
import { scenarioJsonSchema } from '../src/simulation/scenario/json_schema.ts';

const file = join(import.meta.dirname, 'scenarios.md');

interface Row {
  field: string;
  node: SchemaNode;
  required: boolean;
}

/** Parts with a table of their own, by the field that holds them. What stands at several places is shown at the first. */
const parts: Record<string, { title: string; node(root: SchemaNode): SchemaNode }> = {
  scenario: { title: 'The scenario', node: root => root },
  world: { title: '`world`', node: worldOf },
  step: { title: 'Steps: `fault`, `history` and those of deeds', node: root => at(root, 'fault') },
  oracle: { title: '`oracle`', node: root => at(root, 'oracle') },
  deeds: { title: '`deeds`', node: root => at(root, 'deeds') },
  program: { title: '`world.programs`', node: root => at(worldOf(root), 'programs') },
  behaviour: {
    title: '`behaviour`, and each of `commands`',
    node: root => at(mappingsIn(at(worldOf(root), 'programs'))[0]!.node, 'behaviour'),
  },
};
const ownTable = [
  'world',
  'fault',
  'history',
  'oracle',
  'deeds',
  'steps',
  'programs',
  'behaviour',
  'commands',
  'manifests',
  'apply',
];

function at(node: SchemaNode, key: string): SchemaNode {
  const found = node.properties?.[key];
  if (!found) throw new Error(`expected a field ${key}, got ${Object.keys(node.properties ?? {}).join(', ')}`);
  return found;
}

function worldOf(root: SchemaNode): SchemaNode {
  return at(root, 'world').anyOf!.find(({ properties }) => properties)!;
}

/** The mappings that a value may be or hold, and how to write the way to them. */
function mappingsIn(node: SchemaNode): { step: string; node: SchemaNode }[] {
  if (node.properties) return [{ step: '', node }];
  if (node.anyOf) return node.anyOf.flatMap(mappingsIn);
  const { items, additionalProperties: values } = node;
  if (items) return mappingsIn(items).map(({ step, node: inner }) => ({ step: `[]${step}`, node: inner }));
  if (typeof values !== 'object') return [];
  return mappingsIn(values).map(({ step, node: inner }) => ({ step: `.NAME${step}`, node: inner }));
}

function rowsOf(node: SchemaNode, prefix = ''): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, value]) => {
    const row = { field: `${prefix}${key}`, node: value, required: node.required?.includes(key) ?? false };
    if (ownTable.includes(key)) return [row];
    const inner = mappingsIn(value).flatMap(one => rowsOf(one.node, `${row.field}${one.step}.`));
    return [row, ...inner];
  });
}

/** Of several forms each is known by its first field. */
function rowsOfForms(forms: SchemaNode[]): Row[] {
  if (forms.length === 1) return rowsOf(forms[0]!);
  return forms.flatMap(form => {
    const [first, ...others] = rowsOf(form);
    return [{ ...first!, required: false }, ...others.map(row => ({ ...row, field: `${first!.field}, ${row.field}` }))];
  });
}

function takes(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum) return node.enum.map(value => `\`${value}\``).join(', ');
  if (node.anyOf) return [...new Set(node.anyOf.map(takes))].join(' or ');
  if (node.type === 'array') return `list of ${takes(node.items ?? {})}`;
  if (typeof node.type === 'object') return node.type.map(type => takes({ type })).join(' or ');
  return { object: 'mapping', integer: 'whole number', boolean: '`true`, `false`' }[node.type ?? ''] ?? node.type ?? '';
}

function defaultOf({ node, required }: Row): string {
  if (required) return '*required*';
  return node.default === undefined ? '' : `\`${JSON.stringify(node.default).replaceAll('"', '')}\``;
}

function table({ title, rows }: { title: string; rows: Row[] }): string {
  const lines = rows.map(row => {
    const words = [`\`${row.field}\``, row.node.description ?? '', takes(row.node), defaultOf(row)];
    return `| ${words.map(word => word.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `### ${title}\n\n| field | what it is | takes | default |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

/** All fields of the schema, as it is now. */
export function fieldTables(): string {
  const root = scenarioJsonSchema();
  return Object.values(parts)
    .map(({ title, node }) => ({ title, rows: rowsOfForms(mappingsIn(node(root)).map(one => one.node)) }))
    .map(table)
    .join('\n');
}

const begin = '<!-- Made from the schema by npm run record. -->\n';
const end = '<!-- End of what is made. -->\n';

/** The page with the tables as they should be; the rest of it is written by hand. */
export function scenarioPage(page = readScenarioPage()): string {
  const [before, , after] = page.split(new RegExp(`${begin}|${end}`));
  return `${before}${begin}\n${fieldTables()}\n${end}${after}`;
}

export function readScenarioPage(): string {
  return readFileSync(file, 'utf8');
}

if (import.meta.main) writeFileSync(file, scenarioPage());
