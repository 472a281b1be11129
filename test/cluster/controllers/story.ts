import { canonicalJson } from '../../../src/lib/hash.ts';
import { type Answer, exchange } from '../comparison/exchange.ts';
import type { Step } from '../operation.ts';
import { takePicture } from './picture.ts';
import type { World } from './world.ts';

/** Something that happens in a cluster, and what its controllers make of it. */
export interface Story {
  name: string;
  steps: readonly (Step | Wait)[];
}

/** Until an object, or a list, is as it should be. */
export interface Wait {
  until: (body: Fields, code: number) => unknown;
  path: string;
}

type Fields = ReturnType<typeof JSON.parse>;

export interface Told {
  /** The status codes of the requests, in their order. */
  codes: number[];
  /** What lies in the namespace when nothing changes any more. */
  picture: unknown;
}

const patienceSeconds = 100;
const quietSeconds = 3;

export const until = (path: string, holds: Wait['until']): Wait => ({ path, until: holds });

/** Plays a story in a namespace of its own. */
export async function tell(world: World, { name, steps }: Story, namespace: string): Promise<Told> {
  const ask = (step: Step) =>
    exchange(world.side, JSON.parse(JSON.stringify(step).replaceAll('{ns}', namespace)) as Step);
  await ask({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  const account = '/api/v1/namespaces/{ns}/serviceaccounts/default';
  await waitFor(world, ask, `${name}: the account`, { path: account, until: (_, code) => code === 200 });
  const codes: number[] = [];
  for (const [index, step] of steps.entries()) {
    if ('until' in step && typeof step.until === 'function')
      await waitFor(world, ask, `${name}, step ${index + 1}`, { path: step.path, until: step.until });
    else codes.push((await ask(step as Step)).code);
  }
  const picture = await whenQuiet(world, namespace);
  // What it leaves would take room from those that come later.
  await ask({ method: 'DELETE', path: '/api/v1/namespaces/{ns}' });
  return { codes, picture };
}

async function waitFor(world: World, ask: (step: Step) => Promise<Answer>, what: string, wait: Wait): Promise<void> {
  let last: Answer | undefined;
  for (let waited = 0; waited < patienceSeconds; waited++) {
    last = await ask({ method: 'GET', path: wait.path });
    if (wait.until(last.body as Fields, last.code)) return;
    await world.second();
  }
  throw new Error(
    `${what}: it didn't come within ${patienceSeconds} s; last: ${JSON.stringify(last?.body).slice(0, 2000)}`,
  );
}

/** Events and statuses come after what they are about. */
async function whenQuiet(world: World, namespace: string): Promise<unknown> {
  let picture = await takePicture(world.side, namespace);
  let quiet = 0;
  for (let waited = 0; quiet < quietSeconds && waited < patienceSeconds; waited++) {
    await world.second();
    const next = await takePicture(world.side, namespace);
    quiet = canonicalJson(next) === canonicalJson(picture) ? quiet + 1 : 0;
    picture = next;
  }
  return picture;
}
