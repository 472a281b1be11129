import type { Manifest, Scenario } from '../../../src/simulation/scenario/scenario.ts';

/** What is otherwise for this test than in the scenario, and why. Both sides get the same changes. */
export interface Adaptation {
  why: string;
  scenarios: readonly string[];
  change?: (scenario: Scenario) => Scenario;
  /** What the real control plane is told, so that it takes no minutes. */
  flags?: readonly string[];
  controllerFlags?: readonly string[];
  /** How long after the fault the embedded side is looked at, in virtual milliseconds. */
  lookAfter?: number;
}

const schedule =
  (text: string) =>
  (scenario: Scenario): Scenario =>
    changed(scenario, 'CronJob', manifest => ({
      ...manifest,
      spec: { ...(manifest['spec'] as object), schedule: text },
    }));

const bookings = [
  'class-that-is-gone',
  'key-that-was-rotated',
  'more-visitors-than-replicas',
  'node-that-fell-silent',
  'policy-that-shuts-out',
  'probe-on-another-port',
  'quota-used-up',
  'selector-that-selects-nothing',
];

export const adaptations: readonly Adaptation[] = [
  {
    why: 'real controllers keep to the time on the wall: whether a quarter of an hour ends meanwhile would be chance',
    scenarios: bookings,
    change: schedule('0 0 1 1 *'),
  },
  {
    why: 'an autoscaler looks at the pace of the nodes, whose clocks are ahead: their pods would have just started, for ever',
    scenarios: bookings,
    controllerFlags: [
      '--horizontal-pod-autoscaler-cpu-initialization-period=-24h',
      '--horizontal-pod-autoscaler-sync-period=750ms',
    ],
  },
  {
    why: 'the run that fails comes within a minute instead of a quarter of an hour; one is enough',
    scenarios: ['key-that-was-rotated'],
    change: scenario => ({
      ...scenario,
      fault: [
        ...scenario.fault.filter(step => !('pause' in step)),
        {
          patch: { kind: 'CronJob', namespace: 'clinic', name: 'settlement' },
          strategic: { spec: { schedule: '* * * * *' } },
        },
      ],
    }),
    lookAfter: 30_000,
  },
  {
    why: 'a node is given up after seconds, not minutes; and the same pods are on it wherever the scheduler is',
    scenarios: ['node-that-fell-silent'],
    change: placed,
    flags: ['--default-not-ready-toleration-seconds=15', '--default-unreachable-toleration-seconds=15'],
    controllerFlags: [
      ...['--node-monitor-grace-period=8s', '--node-monitor-period=1s'],
      '--horizontal-pod-autoscaler-downscale-stabilization=15s',
    ],
  },
  {
    why: 'a probe that kills after a minute takes some to make a crash loop',
    scenarios: ['probe-on-another-port'],
    lookAfter: 420_000,
  },
];

/** Scenarios that aren't played on a real control plane, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  'more-visitors-than-replicas':
    'at this pace overrun pods are killed before the real autoscaler has measured them, in some runs and not in others',
};

export function adapted(scenario: Scenario): Scenario {
  return adaptationsOf(scenario.name).reduce((before, { change }) => change?.(before) ?? before, scenario);
}

export function adaptationsOf(name: string): Adaptation[] {
  return adaptations.filter(({ scenarios }) => scenarios.includes(name));
}

/** The database on the node that falls silent, one pod of the API there and one beside it, one of the front end everywhere. */
function placed(scenario: Scenario): Scenario {
  const evenly = (app: string) => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        nodeTaintsPolicy: 'Honor',
        labelSelector: { matchLabels: { app } },
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
  });
  const places: Record<string, object> = {
    database: { nodeSelector: { 'kubernetes.io/hostname': 'node-b' } },
    api: { nodeSelector: { 'topology.kubernetes.io/zone': 'west' }, ...evenly('api') },
    web: evenly('web'),
  };
  const { oracle } = scenario;
  // What is left of the API loses its database.
  const unattended = { ...oracle.unattended, 'clinic/api': 0 };
  const put = (manifest: Manifest) => withPodSpec(manifest, places[manifest.metadata.name] ?? {});
  const both = changed(changed(scenario, 'StatefulSet', put), 'Deployment', put);
  return { ...both, oracle: { ...oracle, unattended } };
}

function withPodSpec(manifest: Manifest, more: object): Manifest {
  const { spec } = manifest as unknown as { spec: { template: { spec: object } } };
  const template = { ...spec.template, spec: { ...spec.template.spec, ...more } };
  return { ...manifest, spec: { ...spec, template } };
}

function changed(scenario: Scenario, kind: string, change: (manifest: Manifest) => Manifest): Scenario {
  const manifests = scenario.world.manifests.map(one => (one.kind === kind ? change(one) : one));
  return { ...scenario, world: { ...scenario.world, manifests } };
}
