import fc from 'fast-check';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { Deployment, KubeObject, Node, PodSpec } from '../../../src/kubernetes/objects.ts';

/** Small worlds in which to scale something, of all that scheduling looks at. */
export interface ScalingWorld {
  nodes: Node[];
  objects: KubeObject[];
  replicas: number;
}

const zones = ['a', 'b', 'c'];
const app = (name: string) => ({ labelSelector: { matchLabels: { app: name } } });

const node = fc.record({
  cpu: fc.constantFrom('1', '2', '3500m'),
  memory: fc.constantFrom('1Gi', '2Gi', '4Gi'),
  pods: fc.constantFrom('110', '4'),
  zone: fc.option(fc.constantFrom(...zones), { nil: undefined }),
  disk: fc.boolean(),
  taint: fc.constantFrom('', '', '', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  unschedulable: fc.constantFrom(false, false, false, true),
});

const hostname = 'kubernetes.io/hostname';
const topologyKey = fc.constantFrom(hostname, 'zone');
const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/** One wish at a time: which nodes are left when several meet hangs on the order in which they are taken. */
const wish = fc.oneof(
  fc.constant<Partial<PodSpec>>({}),
  fc.constant<Partial<PodSpec>>({ nodeSelector: { disk: 'ssd' } }),
  fc.record({ key: topologyKey }).map(({ key }) => ({
    affinity: { podAntiAffinity: { [required]: [{ topologyKey: key, ...app('web') }] } },
  })),
  fc.record({ key: topologyKey }).map(({ key }) => ({
    affinity: { podAntiAffinity: { [required]: [{ topologyKey: key, ...app('other') }] } },
  })),
  fc.record({ key: topologyKey }).map(({ key }) => ({
    affinity: { podAffinity: { [required]: [{ topologyKey: key, ...app('other') }] } },
  })),
  fc.record({ key: topologyKey, maxSkew: fc.constantFrom(1, 2) }).map(({ key, maxSkew }) => ({
    topologySpreadConstraints: [
      { topologyKey: key, maxSkew, whenUnsatisfiable: 'DoNotSchedule' as const, ...app('web') },
    ],
  })),
  fc.constant<Partial<PodSpec>>({ tolerations: [{ key: 'only', operator: 'Exists' }] }),
);

const workload = fc.record({
  replicas: fc.nat({ max: 3 }),
  cpu: fc.constantFrom(undefined, '200m', '300m', '900m'),
  memory: fc.constantFrom(undefined, '100Mi', '700Mi'),
  hostPort: fc.constantFrom(undefined, undefined, undefined, 8080),
  wish,
});

export const scalingWorld: fc.Arbitrary<ScalingWorld> = fc
  .record({
    nodes: fc.array(node, { minLength: 1, maxLength: 5 }),
    web: workload,
    other: workload,
    shunned: fc.constantFrom(false, false, true),
    quota: fc.constantFrom(undefined, undefined, { pods: '6' }, { 'requests.cpu': '2' }),
    range: fc.constantFrom(undefined, undefined, { cpu: '250m' }),
    replicas: fc.integer({ min: 1, max: 14 }),
  })
  .map(({ nodes, web, other, shunned, quota, range, replicas }) => ({
    nodes: nodes.map((each, index) => nodeOf(`node-${index}`, each)),
    objects: [
      ...(range ? [rangeOf(range)] : []),
      deploymentOf(
        'other',
        other,
        shunned ? { podAntiAffinity: { [required]: [{ topologyKey: hostname, ...app('web') }] } } : undefined,
      ),
      deploymentOf('web', web),
      ...(quota ? [quotaOf(quota)] : []),
    ],
    replicas,
  }));

function nodeOf(name: string, shape: typeof node extends fc.Arbitrary<infer T> ? T : never): Node {
  const { cpu, memory, pods, zone, disk, taint, unschedulable } = shape;
  return {
    ...kinds.node,
    metadata: { name, labels: { [hostname]: name, ...(zone ? { zone } : {}), ...(disk ? { disk: 'ssd' } : {}) } },
    spec: {
      ...(unschedulable ? { unschedulable } : {}),
      ...(taint ? { taints: [{ key: 'only', effect: taint }] } : {}),
    },
    status: { capacity: { cpu, memory, pods }, allocatable: { cpu, memory, pods } },
  };
}

function deploymentOf(
  name: string,
  { replicas, cpu, memory, hostPort, wish: more }: typeof workload extends fc.Arbitrary<infer T> ? T : never,
  affinity?: PodSpec['affinity'],
): Deployment {
  const requests = { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) };
  const ports = hostPort ? [{ containerPort: hostPort, hostPort }] : [];
  return {
    ...kinds.deployment,
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{ name: 'main', image: 'main', ports, resources: { requests } }],
          ...more,
          ...(affinity ? { affinity } : {}),
        },
      },
    },
  };
}

function quotaOf(hard: Record<string, string>): KubeObject {
  return { ...kinds.resourceQuota, metadata: { name: 'quota', namespace: 'default' }, ...{ spec: { hard } } };
}

function rangeOf(defaultRequest: Record<string, string>): KubeObject {
  const spec = { limits: [{ type: 'Container', defaultRequest }] };
  return { ...kinds.limitRange, metadata: { name: 'range', namespace: 'default' }, ...{ spec } };
}
