import { inWords } from './comparison/difference.ts';
import { compareStories } from './controllers/compare_stories.ts';
import { stories } from './controllers/stories.ts';
import { embeddedWorld, realWorld } from './controllers/world.ts';
import { explain } from './differences.ts';

/** Prints what controllers of ours make otherwise than real ones: `stories.ts [--show] [FILTER…]`. */
const filters = process.argv.slice(2).filter(word => !word.startsWith('--'));
const show = process.argv.includes('--show');
const chosen = stories.filter(({ name }) => filters.length === 0 || filters.some(part => name.includes(part)));
const worlds = { real: await realWorld(), ours: await embeddedWorld() };
let differing = 0;
try {
  await compareStories(worlds, chosen, ({ story, real, ours, differences }) => {
    if (show) process.stdout.write(`${story.name}\n${JSON.stringify({ real, ours }, null, 1)}\n`);
    const unlisted = differences.filter(difference => !explain(difference));
    if (unlisted.length === 0) return;
    differing += 1;
    process.stdout.write(`${story.name}\n${unlisted.map(one => `  ${inWords(one)}\n`).join('')}`);
  });
} finally {
  await worlds.ours.stop();
  await worlds.real.stop();
}
process.stdout.write(`\n${chosen.length - differing} of ${chosen.length} agree\n`);
