import type { Manifest, Scenario } from '../../../src/simulation/scenario/scenario.ts';

/** What is otherwise for this test than in the scenario, and why. Both sides get the same changes. */
export interface Adaptation {
  why: string;
  scenarios: readonly string[] | 'all';
  change?: (scenario: Scenario) => Scenario;
  /** What the real control plane is told, so that it takes no minutes. */
  flags?: readonly string[];
  controllerFlags?: readonly string[];
}

const schedule =
  (text: string) =>
  (scenario: Scenario): Scenario =>
    changed(scenario, 'CronJob', manifest => ({
      ...manifest,
      spec: { ...(manifest['spec'] as object), schedule: text },
    }));

export const adaptations: readonly Adaptation[] = [
  {
    why: 'real controllers keep to the time on the wall: whether a quarter of an hour ends meanwhile would be chance',
    scenarios: [
      'class-that-is-gone',
      'more-visitors-than-replicas',
      'node-that-fell-silent',
      'policy-that-shuts-out',
      'probe-on-another-port',
      'quota-used-up',
      'selector-that-selects-nothing',
    ],
    change: schedule('0 0 1 1 *'),
  },
];

/** Scenarios that aren't played on a real control plane, and why. */
export const leftOut: Readonly<Record<string, string>> = {};

export function adapted(scenario: Scenario): Scenario {
  return adaptationsOf(scenario.name).reduce((before, { change }) => change?.(before) ?? before, scenario);
}

export function adaptationsOf(name: string): Adaptation[] {
  return adaptations.filter(({ scenarios }) => scenarios === 'all' || scenarios.includes(name));
}

function changed(scenario: Scenario, kind: string, change: (manifest: Manifest) => Manifest): Scenario {
  const manifests = scenario.world.manifests.map(one => (one.kind === kind ? change(one) : one));
  return { ...scenario, world: { ...scenario.world, manifests } };
}
