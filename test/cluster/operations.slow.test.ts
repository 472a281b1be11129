import { afterAll, beforeAll, expect, test } from 'vitest';
import { inWords } from './comparison/difference.ts';
import { type Compared, compareAll } from './comparison/run_all.ts';
import { ourSide, realSide, type Side } from './comparison/side.ts';
import { allowed, explain } from './differences.ts';
import { allOperations } from './operations/all.ts';

/** What clients do, done to a real API server and to ours. `npx node test/cluster/compare.ts` shows the same by hand. */

const sides: Side[] = [];
let compared: Compared[] = [];

beforeAll(async () => {
  const real = await realSide({ fresh: true });
  sides.push(real);
  const ours = await ourSide();
  sides.push(ours);
  compared = await compareAll({ real, ours }, allOperations, 'test');
  const differing = compared.filter(one => unexplained(one).length > 0).length;
  process.stdout.write(`${compared.length} operations: ${compared.length - differing} agree, ${differing} differ\n`);
}, 400_000);

afterAll(async () => {
  for (const side of sides.reverse()) await side.close();
});

function unexplained({ differences }: Compared): string[] {
  return differences.filter(difference => !explain(difference)).map(inWords);
}

test('the list is long, and every name is used once', () => {
  expect(allOperations.length).toBeGreaterThan(700);
  const names = allOperations.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('the real server was there, and took what it should', () => {
  const broken = compared.filter(({ real }) => real.codes.includes(0));
  expect(broken.map(({ operation }) => operation.name)).toEqual([]);
});

test.each(allOperations.map(({ name }) => name))('%s', name => {
  const one = compared.find(({ operation }) => operation.name === name);
  if (!one) throw new Error(`expected ${name} to have been compared`);
  expect(unexplained(one)).toEqual([]);
});

test('every allowed difference is one', () => {
  const differences = compared.flatMap(one => one.differences);
  const used = new Set(differences.map(explain));
  expect(allowed.filter(entry => !used.has(entry))).toEqual([]);
});
