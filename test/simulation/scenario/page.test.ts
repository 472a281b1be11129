import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readScenarioPage, scenarioPage } from '../../../docs/scenario_page.ts';
import { packageRoot } from '../../../src/lib/package_root.ts';
import type { SchemaNode } from '../../../src/lib/schema_node.ts';
import { scenarioJsonSchema } from '../../../src/simulation/scenario/json_schema.ts';
import { loadScenario, scenarioNames } from '../../../src/simulation/scenario/load.ts';
import { checkScenario } from '../../../src/simulation/scenario_check.ts';
import { alertRules } from '../../../src/simulation/signals/rules.ts';

const page = readScenarioPage();
const example = /```yaml\n(.*?)```/s.exec(page)![1]!;

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scenario-page-'));
  file = join(folder, 'guestbook.yaml');
  writeFileSync(file, example);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the example is fit to judge others by', async () => {
  const findings = await checkScenario(loadScenario(file), () => undefined);
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(findings.length).toBeGreaterThanOrEqual(7);
});

test('the tables are what the schema says (npm run record makes them)', () => {
  expect(page).toBe(scenarioPage(page));
});

/** What Kubernetes says about its own objects is not ours to explain. */
const manifests = ['manifests', 'apply'];

/** Every field of the schema, at any depth. */
function fieldsOf({ properties = {}, anyOf = [], items, additionalProperties }: SchemaNode): [string, SchemaNode][] {
  const entries = Object.entries(properties);
  const inner = entries.filter(([name]) => !manifests.includes(name)).map(([, node]) => node);
  if (items) inner.push(items);
  if (typeof additionalProperties === 'object') inner.push(additionalProperties);
  return [...entries, ...[...inner, ...anyOf].flatMap(fieldsOf)];
}

test('no field is without an explanation, and none is missing on the page', () => {
  const fields = fieldsOf(scenarioJsonSchema());
  expect(fields.length).toBeGreaterThan(100);
  expect(fields.filter(([, { description }]) => !description).map(([name]) => name)).toEqual([]);
  const rows = new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path]) => path!.split(/\.|, /).at(-1)!));
  expect([...new Set(fields.map(([name]) => name))].filter(name => !rows.has(name))).toEqual([]);
});

test('the page names every alert', () => {
  for (const { name } of alertRules) expect(page).toContain(`\`${name}\``);
});

test('the JSON Schema takes every scenario of the package, and refuses what the loader refuses', () => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  for (const name of scenarioNames()) {
    const value = parse(readFileSync(join(packageRoot, 'eval/scenarios', `${name}.yaml`), 'utf8'));
    expect(schema.safeParse(value), name).toMatchObject({ success: true });
    const world = parse(readFileSync(join(packageRoot, 'eval/scenarios', value.world), 'utf8'));
    expect(schema.safeParse({ ...value, world }), name).toMatchObject({ success: true });
  }
  for (const wrong of [{ fault: [] }, { titel: 'x' }, { oracle: {} }, { alerts: { PodSad: '1m' } }])
    expect(schema.safeParse({ ...parse(example), ...wrong })).toMatchObject({ success: false });
});
