import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scenarioNames } from '../../src/simulation/scenario/load.ts';
import { inWords } from './comparison/difference.ts';
import { adaptations, adaptationsOf, leftOut } from './scenarios/adapted.ts';
import { type ComparedScenario, compareScenarios } from './scenarios/compare_scenarios.ts';
import { allowedThere, explain } from './scenarios/differences.ts';

/** Our nodes and programs on a real control plane. `npx node test/cluster/scenarios.ts` shows it by hand. */

/** Those that need the most come first: they take the longest. */
const names = scenarioNames()
  .filter(name => !(name in leftOut))
  .sort((a, b) => adaptationsOf(b).length - adaptationsOf(a).length);
const compared = new Map<string, ComparedScenario>();
const failures = new Map<string, unknown>();

beforeAll(async () => {
  await compareScenarios(names, {
    atOnce: 4,
    onDone: one => {
      compared.set(one.name, one);
      process.stdout.write(`${one.name}: ${one.seconds} s, ${unexplained(one).length} differences without a reason\n`);
    },
    onFailure: (name, error) => failures.set(name, error),
  });
}, 600_000);

afterAll(() => compared.clear());

function unexplained({ differences }: ComparedScenario): string[] {
  return differences.filter(difference => !explain(difference)).map(inWords);
}

function played(name: string): ComparedScenario {
  const one = compared.get(name);
  if (!one) throw new Error(`expected ${name} to have been played`, { cause: failures.get(name) });
  return one;
}

describe.each(names)('%s', name => {
  test('shows the same on a real control plane', () => {
    expect(Object.keys(played(name).real.picture['pods'] ?? {}).length).toBeGreaterThan(20);
    expect(unexplained(played(name))).toEqual([]);
  });

  test('is healed by what is good, and not by what is wrong', () => {
    const { real, embedded } = played(name);
    expect(real.good).toMatchObject({ passed: true, harmful: false, findings: [] });
    expect(embedded.good).toMatchObject({ passed: true, harmful: false, findings: [] });
    expect(real.wrong?.passed).toBe(false);
    expect(embedded.wrong?.passed).toBe(false);
    expect(real.wrong?.harmful).toBe(embedded.wrong?.harmful);
  });

  test('leaves the control plane as it was found', () => {
    expect(played(name).real.left).toEqual([]);
  });
});

test('most are played, and the lists name scenarios that there are', () => {
  expect(names.length).toBeGreaterThanOrEqual(12);
  const known = scenarioNames();
  const named = [...Object.keys(leftOut), ...adaptations.flatMap(({ scenarios }) => scenarios)];
  expect(named.filter(name => !known.includes(name))).toEqual([]);
});

test('every difference that may be is one', () => {
  const used = new Set([...compared.values()].flatMap(({ differences }) => differences.map(explain)));
  expect(allowedThere.filter(entry => !entry.unsteady && !used.has(entry))).toEqual([]);
});
