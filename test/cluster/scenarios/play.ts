import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import type { ApiClient } from '../../../src/simulation/api/client.ts';
import { type Judgement, judge } from '../../../src/simulation/scenario/judge.ts';
import { nameOfObject, targetOf } from '../../../src/simulation/scenario/object_name.ts';
import type { Scenario } from '../../../src/simulation/scenario/scenario.ts';
import { type Snapshot, takeSnapshot } from '../../../src/simulation/scenario/snapshot.ts';
import { rightOutcome } from '../../../src/simulation/scenario_check.ts';
import type { Staging } from '../../../src/simulation/staging.ts';
import { type Picture, takePicture } from './picture.ts';
import { recordPodFacts } from './pod_facts.ts';
import { whatWasTold } from './told_events.ts';

/** A scenario on its stage, whoever's control plane that is. */
export interface Played {
  cluster: Pick<Staging, 'settle' | 'injectFault' | 'act' | 'traffic'>;
  client: ApiClient;
  now(): number;
  /** Lets a little time pass. */
  wait(): Promise<void>;
  /** How long a condition may take, in waits. */
  patience: number;
  /** Whether a picture of the cluster after the fault is the one to compare. */
  isIt(picture: Picture): boolean;
}

export interface Outcome {
  /** What a tool would have shown after the fault. */
  picture: Picture;
  /** What the oracle says of the first good deed, and of the first wrong one. */
  good: Judgement;
  wrong: Judgement | undefined;
}

/** A run of a CronJob that has not ended counts as one that never does. */
const longestRun = 3_600_000;

/** The fault; then what is good is done; then all is put back as the fault has left it, and what is wrong is done. */
export async function play(scenario: Scenario, played: Played): Promise<Outcome> {
  const { cluster, client } = played;
  const look = () => takeSnapshot(client, { now: played.now(), traffic: cluster.traffic() });
  await cluster.settle();
  const before = await look();
  const told = await whatWasTold(client);
  const facts = recordPodFacts(client);
  try {
    await cluster.injectFault();
    const picture = await untilIt(played, () => takePicture(client, { told, facts }), played.isIt);
    const afterFault = await look();
    const lookLate = () => takeSnapshot(client, { now: played.now() + longestRun, traffic: cluster.traffic() });
    const judged = async (was: Snapshot, earlier?: Snapshot): Promise<Judged> => {
      const later = await lookLate();
      const course = { before, afterFault: was, end: earlier ?? later, later };
      return { judgement: judge(scenario.oracle, course, [rightOutcome(scenario.oracle)]), later };
    };
    const isWell = ({ judgement }: Judged) => judgement.passed;
    const [deed] = scenario.deeds?.good ?? [];
    const [misdeed] = scenario.deeds?.wrong ?? [];
    await cluster.act(deed?.steps ?? []);
    const well = await untilIt(played, () => judged(afterFault), isWell);
    await untilQuiet(played);
    const { judgement: good } = await untilIt(played, () => judged(afterFault, well.later), isWell);
    if (!misdeed) return { picture, good, wrong: undefined };
    if (deed && deed.steps.length > 0) await putBack(client, afterFault, await look());
    const again = await look();
    await cluster.act(misdeed.steps);
    await untilQuiet(played);
    // What crashes is well in between.
    const { judgement: wrong } = await untilIt(
      played,
      () => judged(again),
      seen => !isWell(seen),
    );
    return { picture, good, wrong };
  } finally {
    facts.stop();
  }
}

interface Judged {
  judgement: Judgement;
  later: Snapshot;
}

async function untilIt<T>({ wait, patience }: Played, look: () => Promise<T>, isIt: (seen: T) => boolean): Promise<T> {
  for (let waited = 0; ; waited++) {
    const seen = await look();
    if (isIt(seen) || waited >= patience) return seen;
    await wait();
  }
}

const quietFor = 5;
/** Where programs are overrun they never say the same. */
const quietWithin = 20;

/** Until workloads say the same for a while; a crash loop says the same as well. */
async function untilQuiet(played: Played): Promise<void> {
  const statuses = async () => {
    const { workloads } = await takeSnapshot(played.client, { now: played.now() });
    return [...workloads.values()].map(({ object: { metadata, status } }) => [metadata.generation, status]);
  };
  let last: unknown;
  let quiet = 0;
  await untilIt({ ...played, patience: quietWithin }, statuses, seen => {
    quiet = isDeepStrictEqual(seen, last) ? quiet + 1 : 0;
    last = seen;
    return quiet >= quietFor;
  });
}

/** What somebody has written since becomes again what it was. */
async function putBack(client: ApiClient, was: Snapshot, is: Snapshot): Promise<void> {
  for (const [name, object] of was.written) {
    if (object.kind === 'Node' || object.kind.startsWith('PersistentVolume')) continue;
    const now = is.written.get(name);
    if (now?.metadata.generation === object.metadata.generation && isDeepStrictEqual(contentOf(now), contentOf(object)))
      continue;
    const target = targetOf(nameOfObject(object));
    const { resourceVersion: _, uid: _u, ...metadata } = object.metadata;
    if (now) await client.update<KubeObject>(target.resource, { ...object, metadata });
    else await client.create<KubeObject>(target.resource, { ...object, metadata });
  }
}

function contentOf(object: KubeObject | undefined): unknown {
  const { status: _, metadata: _m, ...content } = (object ?? {}) as KubeObject & { status?: unknown };
  return content;
}
