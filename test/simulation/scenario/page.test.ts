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
import { alertRules } from '../../../src/simulation/signals/rules.ts';
import { type Deed, nothing, play, restart, rollBack, setMemory } from './trial.ts';

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

const rootCause = { kind: 'Deployment', namespace: 'shop', name: 'guestbook' };

test('the example fires, doing nothing does not pass, and the good fix does', async () => {
  const { alerts, judgement } = await play(file, nothing, { state: 'escalated' });
  expect(alerts).toEqual(['KubePodCrashLooping shop']);
  expect(judgement).toMatchObject({ passed: false, recovered: false, harmful: false });
  const fixed = await play(file, rollBack('guestbook'), { state: 'resolved', rootCause });
  expect(fixed.judgement).toMatchObject({ passed: true, rightCause: true, harmful: false, findings: [] });
});

test.each<[string, Deed, boolean]>([
  ['a restart', restart('guestbook'), false],
  ['more memory', setMemory('guestbook', '256Mi'), true],
])('%s is no answer to the example', async (_what, deed, harmful) => {
  const { judgement } = await play(file, deed, { state: 'resolved' });
  expect(judgement).toMatchObject({ passed: false, harmful });
});

test('nothing that can be read from the cluster of the example comes from what is said for people', async () => {
  const { history } = await play(file, nothing, { state: 'escalated' });
  const { title, summary } = loadScenario(file);
  for (const words of [title, summary]) expect(history).not.toContain(words);
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
