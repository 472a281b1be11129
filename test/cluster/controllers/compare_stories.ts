import { type Difference, differencesBetween } from '../comparison/difference.ts';
import { explain } from '../differences.ts';
import { type Story, type Told, tell } from './story.ts';
import type { World } from './world.ts';

export interface ComparedStory {
  story: Story;
  real: Told | string;
  ours: Told | string;
  differences: Difference[];
}

/** Stories mostly wait, and lie in namespaces of their own, so several are told at once in the real world. */
const atOnce = 6;

/**
 * One that comes out otherwise is told again: which of several real controllers hears of a change first is chance, and
 * a difference that is none of chance is there each time.
 */
const mostTellings = 3;

export async function compareStories(
  worlds: { real: World; ours: World },
  stories: readonly Story[],
  onCompared: (compared: ComparedStory) => void,
): Promise<void> {
  const waiting = [...stories.entries()];
  // In ours time runs only while somebody waits, so there they are told one after the other.
  let last: Promise<unknown> = Promise.resolve();
  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, story] = next;
      let compared = await tellBoth(story, `story-${index}`);
      for (let again = 1; again < mostTellings && !compared.differences.every(explain); again++)
        compared = await tellBoth(story, `story-${index}-${again}`);
      onCompared(compared);
    }
  }

  async function tellBoth(story: Story, namespace: string): Promise<ComparedStory> {
    const telling = last.then(() => told(worlds.ours, story, namespace));
    last = telling;
    const [real, ours] = await Promise.all([told(worlds.real, story, namespace), telling]);
    // Two that fail alike don't agree.
    const failed = typeof real === 'string' && typeof ours === 'string' ? { failed: ours } : ours;
    return { story, real, ours, differences: differencesBetween(story.name, real, failed) };
  }

  await Promise.all(Array.from({ length: atOnce }, work));
}

/** A story that doesn't come to its end is an outcome as well. */
function told(world: World, story: Story, namespace: string): Promise<Told | string> {
  return tell(world, story, namespace).catch((error: unknown) => String(error).slice(0, 600));
}
