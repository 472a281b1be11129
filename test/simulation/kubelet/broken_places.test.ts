import { expect, test } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { createTestCluster, type TestCluster } from '../cluster_in_test.ts';
import { demo } from '../demo_program.ts';
import { app, type Broken, playBroken, roundedTo, scheduled, started } from './broken_workloads.ts';
import { podNamed } from './pods.ts';

/** The node takes it not: it has failed, and no container of it was ever looked at. */
function rejected(pod: Pod, reason: string, message: string): Broken {
  return {
    pod: { ...pod, spec: { ...pod.spec, nodeName: 'node1' } },
    comesTo: `Failed ${reason} (Pod was rejected: ${message})`,
    untrue: [],
    containers: [],
    events: { [`Warning ${reason}: ${message}`]: 1 },
  };
}

const preemption = 'no new claims to deallocate, preemption: 0/1 nodes are available: 1';

function unplaced(pod: Pod, why: string, more: Partial<Broken> = {}): Broken {
  const message = `0/1 nodes are available: ${why}`;
  return {
    pod,
    comesTo: 'Pending',
    untrue: [`PodScheduled Unschedulable (${message})`],
    containers: [],
    events: { [`Warning FailedScheduling: ${message}`]: 1 },
    ...more,
  };
}

const unhelpful = (why: string) => `1 ${why}. ${preemption} Preemption is not helpful for scheduling.`;
const noVictims = (why: string) => `1 ${why}. ${preemption} No preemption victims found for incoming pod.`;
const hostPort = { ports: [{ containerPort: 8080, hostPort: 8080 }] };
const asking = (amounts: Record<string, string>) => app({ resources: { requests: amounts } });
const occupant = (container: Record<string, unknown>) => (cluster: TestCluster) =>
  cluster.apply(podNamed('other', container as Partial<Pod['spec']['containers'][number]>)).then(() => cluster.run(5));
const nodeBecomes = (body: Record<string, unknown>) => (cluster: TestCluster) =>
  cluster.client.patch({ resource: 'nodes', name: 'node1' }, { type: 'merge', body });
const tainted = (effect: string) => nodeBecomes({ spec: { taints: [{ key: 'hands', value: 'off', effect }] } });
const affinityTo = (kind: string) => ({
  affinity: {
    [kind]: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'other' } } },
      ],
    },
  },
});
const waitsFor = (claimName: string) => app({}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] });

const workloads: Record<string, Broken> = {
  'too much CPU for the node that it names': rejected(
    asking({ cpu: '40' }),
    'OutOfcpu',
    "Node didn't have enough resource: cpu, requested: 40000, used: 0, capacity: 4000",
  ),
  'too much memory for the node that it names': {
    ...rejected(
      asking({ memory: '6Gi' }),
      'OutOfmemory',
      "Node didn't have enough resource: memory, requested: 6442450944, used: 4294967296, capacity: 8589934592",
    ),
    prepare: occupant({ resources: { requests: { memory: '4Gi' } } }),
  },
  'labels that the node it names lacks': rejected(
    app({}, { nodeSelector: { disk: 'fast' } }),
    'NodeAffinity',
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  ),
  'a port that is taken on the node that it names': {
    ...rejected(
      app(hostPort),
      'NodePorts',
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    ),
    prepare: occupant(hostPort),
  },
  'a taint that only keeps the scheduler off': {
    pod: app({}, { nodeName: 'node1' }),
    prepare: tainted('NoSchedule'),
    comesTo: 'Running',
    containers: ['main: running, restarts 0, ready'],
    events: started(1),
  },
  'a taint that it does not tolerate': unplaced(app(), unhelpful('node(s) had untolerated taint(s)'), {
    prepare: tainted('NoSchedule'),
  }),
  'a node that is closed': unplaced(app(), unhelpful('node(s) were unschedulable'), {
    prepare: nodeBecomes({ spec: { unschedulable: true } }),
  }),
  'a port that is taken': unplaced(
    app(hostPort),
    noVictims("node(s) didn't have free ports for the requested pod ports"),
    { prepare: occupant(hostPort) },
  ),
  'CPU that another has': unplaced(asking({ cpu: '3' }), noVictims('Insufficient cpu'), {
    prepare: occupant({ resources: { requests: { cpu: '3' } } }),
  }),
  'a device that no node has': unplaced(
    app({ resources: { limits: { 'example.com/gpu': '1' } } }),
    unhelpful('Insufficient example.com/gpu'),
  ),
  'the company of a pod that is not there': unplaced(
    app({}, affinityTo('podAffinity')),
    unhelpful("node(s) didn't match pod affinity rules"),
  ),
  'the absence of a pod that is there': unplaced(
    app({}, affinityTo('podAntiAffinity')),
    noVictims("node(s) didn't match pod anti-affinity rules"),
    { prepare: occupant({}) },
  ),
  'zones where the node has none': unplaced(
    app(
      {},
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'app' } },
          },
        ],
      },
    ),
    unhelpful("node(s) didn't match pod topology spread constraints (missing required label)"),
  ),
  'a claim that is not there': unplaced(waitsFor('nope'), 'persistentvolumeclaim "nope" not found. not found'),
  'a gate before the scheduler': {
    pod: app({}, { schedulingGates: [{ name: 'example.com/wait' }] }),
    comesTo: 'Pending',
    untrue: ['PodScheduled SchedulingGated (Scheduling is blocked due to non-empty scheduling gates)'],
    containers: [],
    events: {},
  },
  'another scheduler than there is': {
    pod: app({}, { schedulerName: 'nope' }),
    comesTo: 'Pending',
    untrue: [],
    containers: [],
    events: {},
  },
  'a gate before its readiness': {
    pod: app({}, { readinessGates: [{ conditionType: 'example.com/ok' }] }),
    comesTo: 'Running',
    untrue: [
      'Ready ReadinessGatesNotReady (corresponding condition of pod readiness gate "example.com/ok" does not exist.)',
    ],
    containers: ['main: running, restarts 0, ready'],
    events: { ...scheduled, ...started(1) },
  },
  'labels that its node loses later': {
    pod: app({}, { nodeSelector: { disk: 'fast' } }),
    prepare: nodeBecomes({ metadata: { labels: { disk: 'fast' } } }),
    later: nodeBecomes({ metadata: { labels: { disk: null } } }),
    comesTo: 'Running',
    containers: ['main: running, restarts 0, ready'],
    events: { ...scheduled, ...started(1) },
  },
};

test.each(Object.entries(workloads))('%s', async (_what, workload) => {
  const { events, comesTo, untrue, containers } = await playBroken(workload);
  const expected = { comesTo: workload.comesTo, containers: workload.containers };
  expect({ comesTo, containers }).toEqual(expected);
  if (workload.untrue) expect(untrue).toEqual(workload.untrue);
  expect(roundedTo(workload.events, events)).toEqual(workload.events);
});

test('a node that puts everybody out takes no pod that names it, which is gone at once', async () => {
  const cluster = await createTestCluster({ programs: [demo] });
  try {
    await tainted('NoExecute')(cluster);
    await cluster.run(1);
    await cluster.apply(app({}, { nodeName: 'node1' }));
    await cluster.run(5);
    expect(await cluster.client.get('pods', 'app', 'default')).toBeUndefined();
    const said = (await cluster.eventsOf('app')).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    expect(said.sort()).toEqual([
      'Normal TaintManagerEviction: Marking for deletion Pod default/app',
      "Warning TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    ]);
  } finally {
    cluster.stop();
  }
});
