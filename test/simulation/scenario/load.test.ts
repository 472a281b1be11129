import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AlertwrightError } from '../../../src/lib/errors.ts';
import { packageRoot } from '../../../src/lib/package_root.ts';
import { listScenarios, loadScenario } from '../../../src/simulation/scenario/load.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  const world = readFileSync(join(packageRoot, 'eval/scenarios/worlds/shop.yaml'), 'utf8');
  writeFileSync(join(folder, 'shop.yaml'), world);
});
afterAll(() => rmSync(folder, { recursive: true }));

const good = `title: A title
summary: What happens.
world: shop.yaml
fault:
  - { host: api.northpay.example, reachable: false }
oracle:
  outcome: escalated
  rootCause: [{ host: api.northpay.example }]
`;

/** Loads the text as a file, and gives the message of the error. */
function problemWith(text: string): string {
  const file = join(folder, 'one.yaml');
  writeFileSync(file, text);
  try {
    loadScenario(file);
    return 'none';
  } catch (error) {
    if (!(error instanceof AlertwrightError)) throw error;
    return error.message.replace(`${folder}/`, '');
  }
}

test('every scenario of the package loads, and says for people what it is', () => {
  const scenarios = listScenarios();
  expect(scenarios.length).toBeGreaterThanOrEqual(4);
  for (const { name, title, summary } of scenarios) {
    expect(title, name).not.toBe('');
    expect(summary.length, name).toBeGreaterThan(40);
  }
});

test('a file can be loaded by its path, and is named after it', () => {
  const file = join(folder, 'my-own.yaml');
  writeFileSync(file, good);
  expect(loadScenario(file)).toMatchObject({ name: 'my-own', oracle: { lasts: 600_000 } });
});

test.each([
  ['nothing wrong', good, 'none'],
  [
    'a wrong value',
    good.replace('escalated', 'fixed'),
    'one.yaml:7:3: oracle.outcome: expected resolved or escalated, got "fixed"',
  ],
  [
    'a missing key',
    good.replace('summary: What happens.\n', ''),
    'one.yaml:1:1: summary: expected string, got nothing',
  ],
  [
    'a key nobody knows',
    good.replace('summary:', 'sumary: x\nsummary:'),
    'one.yaml:1:1: the file: expected no key "sumary"',
  ],
  [
    'a step of no known form',
    good.replace('reachable: false', 'down: true'),
    'one.yaml:5:5: fault[0]: expected one of the known forms, got {"host"',
  ],
  [
    'an object that is not written as one',
    good.replace('{ host: api.northpay.example }]', 'shop/cart]'),
    'one.yaml:8:15: oracle.rootCause[0]: expected an object such as "Deployment shop/catalog"',
  ],
  [
    'a world that is not there',
    good.replace('shop.yaml', 'moon.yaml'),
    'one.yaml:3:1: world: expected a file beside the scenario, got "moon.yaml"',
  ],
  [
    'an alert that nobody evaluates',
    good.replace('oracle:', 'alerts: { PodSad: 1m }\noracle:'),
    'one.yaml:6:1: alerts: expected no key "PodSad"',
  ],
  [
    'an oracle that looks at what is not there',
    `${good}  unattended: { shop/carts: 0 }\n`,
    'one.yaml:9:17: oracle.unattended.shop/carts: expected one of shop/storefront, ',
  ],
  [
    'a fault in what is not there',
    good.replace('{ host: api.northpay.example, reachable: false }', '{ replacePodsOf: Deployment shop/carts }'),
    'one.yaml:5:7: fault[0].replacePodsOf: expected one of Deployment shop/storefront, ',
  ],
  [
    'a program that would be none',
    good.replace(/- \{ host: .*false \}/, '- { program: cart, behaviour: { startsIn: soon } }'),
    'one.yaml:5:35: fault[0].behaviour.startsIn: expected number, got "soon"',
  ],
  ['broken YAML', good.replace('title: A title', 'title: [A title'), 'one.yaml:'],
  ['an empty file', '', 'one.yaml:1:1: the file: expected a scenario, got nothing'],
  ['a list', '- a', 'one.yaml:1:1: the file: expected a scenario, got a list'],
])('a file with %s', (_what, text, message) => {
  expect(problemWith(text)).toContain(message);
});

test('a wrong value in a shared world is reported where it stands', () => {
  const world = readFileSync(join(folder, 'shop.yaml'), 'utf8').replace(
    'memory: { base: 96Mi }',
    'memory: { base: much }',
  );
  writeFileSync(join(folder, 'broken.yaml'), world);
  expect(problemWith(good.replace('shop.yaml', 'broken.yaml'))).toMatch(
    /^broken\.yaml:\d+:\d+: programs\[0\]\.behaviour\.memory\.base: expected a quantity .*, got "much"/,
  );
});

test.each([
  ['bad-image-tga', /got "bad-image-tga"; did you mean "bad-image-tag"\?$/],
  ['zzzzzzzz', /got "zzzzzzzz"$/],
])('an unknown name %s gets a suggestion', (name, says) => {
  const remedy = expect.stringContaining('There are bad-image-tag');
  expect(() => loadScenario(name)).toThrow(expect.objectContaining({ message: expect.stringMatching(says), remedy }));
});

test('a file that is not there is named', () => {
  expect(() => loadScenario('nowhere.yaml')).toThrow('expected a readable file, got nowhere.yaml');
});
