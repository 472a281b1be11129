import { expect } from 'vitest';
import { eventsOf, incidents, type OurAlert, ourAlerts, type PushedAlert, theirAlerts } from './asking.ts';
import { eventually } from './eventually.ts';
import type { Scene } from './scene.ts';

type Key = Pick<OurAlert, 'fingerprint' | 'startsAt'>;

export function keyOf({ fingerprint, startsAt }: Key): string {
  return `${fingerprint} from ${new Date(startsAt).toISOString()}`;
}

/** An alert for each place: `names` times `namespaces` times `pods`. */
export function alertsIn(
  { names, namespaces, pods }: { names: string[]; namespaces: string[]; pods: number },
  startsAt: string,
): PushedAlert[] {
  return names.flatMap(alertname =>
    namespaces.flatMap(namespace =>
      Array.from({ length: pods }, (_, index) => ({
        labels: { alertname, namespace, pod: `${alertname.toLowerCase()}-${index}`, severity: 'warning' },
        startsAt,
      })),
    ),
  );
}

/**
 * Waits until all is accounted for exactly once: what fires at Alertmanager fires here, what was said to be over is over
 * here, nothing else is here, and each alert is counted in one incident. Returns what is here.
 */
export async function expectAccount(scene: Scene, over: readonly string[] = []): Promise<OurAlert[]> {
  const state = async () => {
    const [theirs, here] = await Promise.all([theirAlerts(scene), ourAlerts(scene)]);
    const keys = (status: string) =>
      here
        .filter(alert => alert.status === status)
        .map(keyOf)
        .sort();
    return { firing: keys('firing'), resolved: keys('resolved'), theirs: theirs.map(keyOf).sort() };
  };
  const open = async () => {
    const { firing, resolved, theirs } = await state();
    const differing = [...symmetricDifference(firing, theirs), ...symmetricDifference(resolved, over)];
    return differing.slice(0, 10);
  };
  await eventually(async () => expect(await open()).toEqual([]));

  const here = await ourAlerts(scene);
  expect(new Set(here.map(keyOf)).size).toBe(here.length);
  await expectCounted(scene, here);
  return here;
}

/** Every alert is in one incident, which says so in its count and in its events. */
async function expectCounted(scene: Scene, here: readonly OurAlert[]): Promise<void> {
  for (const incident of await incidents(scene)) {
    const own = here.filter(alert => alert.incident === incident.id);
    const firing = own.filter(({ status }) => status === 'firing');
    expect(incident).toMatchObject({ alertCount: own.length, firing: firing.length });
    let told = { came: 0, ended: 0 };
    for (const event of await eventsOf(scene, incident)) {
      if (event.type === 'opened') told = { ...told, came: event.alerts.length };
      if (event.type === 'alerts_joined') told.came += event.count;
      if (event.type === 'alerts_resolved') told.ended += event.count;
    }
    expect(told).toEqual({ came: own.length, ended: own.length - firing.length });
  }
  const known = new Set((await incidents(scene)).map(({ id }) => id));
  expect(here.filter(({ incident }) => !known.has(incident))).toEqual([]);
}

/** A multiset's: whatever is doubled is a difference too. */
function symmetricDifference(left: readonly string[], right: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const each of left) counts.set(each, (counts.get(each) ?? 0) + 1);
  for (const each of right) counts.set(each, (counts.get(each) ?? 0) - 1);
  return [...counts].filter(([, count]) => count !== 0).map(([each, count]) => `${count > 0 ? '+' : '-'} ${each}`);
}
