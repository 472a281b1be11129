import { systemClock } from '../../../src/lib/clock.ts';
import { type GuestCluster, startGuestCluster } from '../../../src/simulation/guest_cluster.ts';
import { loadScenario } from '../../../src/simulation/scenario/load.ts';
import { type ControlPlane, startControlPlane } from '../control_plane.ts';
import { adaptationsOf, adapted } from './adapted.ts';
import { inventory, leftOn } from './inventory.ts';
import type { Picture } from './picture.ts';
import { type Outcome, play } from './play.ts';

/** How fast kubelets and programs live. A machine with two cores and several control planes can take that. */
const speed = 20;
const longestPause = 500;
const everyMs = 1000;
const patience = 50;

export interface PlayedForReal extends Outcome {
  /** What was left on the control plane when the nodes had gone. */
  left: string[];
}

/** On a control plane of its own. What is compared is the first picture that is as expected, or the last one. */
export async function playForReal(name: string, isIt: (picture: Picture) => boolean): Promise<PlayedForReal> {
  const scenario = adapted(loadScenario(name));
  const adaptations = adaptationsOf(name);
  const plane = await startControlPlane({
    flags: adaptations.flatMap(({ flags = [] }) => flags),
    controllerFlags: adaptations.flatMap(({ controllerFlags = [] }) => controllerFlags),
  });
  try {
    const found = await inventory(plane);
    const cluster = await guestOn(plane, scenario);
    let outcome: Outcome;
    try {
      const wait = () => systemClock.sleep(everyMs);
      outcome = await play(scenario, {
        cluster,
        client: cluster.client,
        now: cluster.clock.now,
        wait,
        patience,
        isIt,
      });
    } finally {
      await cluster.close();
    }
    return { ...outcome, left: await leftOn(plane, found) };
  } finally {
    await plane.stop();
  }
}

function guestOn(
  { url, token, certificate }: ControlPlane,
  scenario: Parameters<typeof adapted>[0],
): Promise<GuestCluster> {
  return startGuestCluster({ scenario, access: { url, token, certificate }, speed, longestPause });
}
