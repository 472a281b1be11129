import { afterAll, beforeAll, expect, test } from 'vitest';
import { inWords } from './comparison/difference.ts';
import { type ComparedStory, compareStories } from './controllers/compare_stories.ts';
import { stories } from './controllers/stories.ts';
import { embeddedWorld, realWorld, type World } from './controllers/world.ts';
import { allowedInStories, explain } from './differences.ts';

/** The same stories told to a real control plane and to ours. `npx node test/cluster/stories.ts` shows it by hand. */

const worlds: World[] = [];
const compared = new Map<string, ComparedStory>();

beforeAll(async () => {
  const real = await realWorld();
  worlds.push(real);
  const ours = await embeddedWorld();
  worlds.push(ours);
  await compareStories({ real, ours }, stories, one => compared.set(one.story.name, one));
  const differing = [...compared.values()].filter(one => unexplained(one).length > 0).length;
  process.stdout.write(`${compared.size} stories: ${compared.size - differing} agree, ${differing} differ\n`);
}, 600_000);

afterAll(async () => {
  for (const world of worlds.reverse()) await world.stop();
});

function unexplained({ differences }: ComparedStory): string[] {
  return differences.filter(difference => !explain(difference)).map(inWords);
}

test('every story comes to its end in the real world', () => {
  expect(stories.length).toBeGreaterThan(50);
  expect([...compared.values()].map(({ real }) => real).filter(real => typeof real === 'string')).toEqual([]);
});

test.each(stories.map(({ name }) => name))('%s', name => {
  const one = compared.get(name);
  if (!one) throw new Error(`expected ${name} to have been told`);
  expect(unexplained(one)).toEqual([]);
});

test('every allowed difference is one', () => {
  const used = new Set([...compared.values()].flatMap(one => one.differences).map(explain));
  expect(allowedInStories.filter(entry => !entry.unsteady && !used.has(entry))).toEqual([]);
});
