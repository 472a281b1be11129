import { expect, test } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../../src/kubernetes/kinds/autoscaling.ts';
import { kinds } from '../../../src/kubernetes/kinds.ts';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { ask } from './ask.ts';
import { breakCluster } from './broken_cluster.ts';
import { factsOf } from './facts_of.ts';
import { ago, createWorld, deployment, event, namespace } from './world.ts';

const status = async (objects: KubeObject[], args: Record<string, unknown> = {}) =>
  (await ask(createWorld([namespace('shop'), ...objects]), 'get_hpa_status', { namespace: 'shop', ...args })).text;

type Status = NonNullable<HorizontalPodAutoscaler['status']>;

const good: NonNullable<Status['conditions']> = [
  { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' },
  { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' },
  { type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange' },
];

function hpa(name: string, now: Partial<Status>, more: Partial<HorizontalPodAutoscaler['spec']> = {}) {
  const target = { type: 'Utilization' as const, averageUtilization: 70 };
  const autoscaler: HorizontalPodAutoscaler = {
    ...kinds.horizontalPodAutoscaler,
    metadata: { name, namespace: 'shop' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      ...more,
    },
    status: { currentReplicas: 3, desiredReplicas: 3, lastScaleTime: ago(600), conditions: good, ...now },
  };
  return autoscaler;
}

const cpuAt = (share: number): NonNullable<Status['currentMetrics']> => [
  { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: share, averageValue: '100m' } } },
];

test('one that works, asked for by what it scales', async () => {
  expect((await status([hpa('web', { currentMetrics: cpuAt(66) })], { name: 'web' })).split('\n')).toEqual([
    'HPA web for Deployment web: 3 replicas, wants 3, allowed 2 to 5. It works, and has what it wants.',
    '  cpu: 66% of the requests now, target 70%',
    '  last rescaled 10m ago',
  ]);
});

test('at its maximum: how many the metrics ask for, and what it did lately', async () => {
  const limited = good.with(2, { type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas' });
  const full = hpa('web', { currentReplicas: 5, desiredReplicas: 5, conditions: limited, currentMetrics: cpuAt(140) });
  const rescaled = event(
    { kind: 'HorizontalPodAutoscaler', name: 'web' },
    { type: 'Normal', reason: 'SuccessfulRescale', message: 'New size: 5; reason: cpu above target' },
  );
  expect((await status([full, rescaled])).split('\n')).toEqual([
    "HPA web for Deployment web: 5 replicas, wants 5, allowed 2 to 5. AT ITS MAXIMUM of 5: it can't add pods. The metrics ask for about 10.",
    '  cpu: 140% of the requests now, target 70%',
    '  last rescaled 10m ago',
    '  Normal SuccessfulRescale 20s ago: New size: 5; reason: cpu above target',
  ]);
  expect(await factsOf(createWorld([full]), 'get_hpa_status', { namespace: 'shop' })).toEqual({
    autoscalers: [
      {
        ...{ name: 'web', target: 'Deployment web', current: 5, desired: 5, min: 2, max: 5 },
        ...{ wanted_by_metrics: 10, at_maximum: true, healthy: false },
      },
    ],
  });
});

test('requests that are missing are named, with the words of the controller', async () => {
  const blind = good.with(1, {
    type: 'ScalingActive',
    status: 'False',
    reason: 'FailedGetResourceMetric',
    message: 'the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu',
  });
  const text = await status([
    hpa('web', { conditions: blind, currentMetrics: null }),
    deployment('web', { replicas: 3 }),
  ]);
  expect(text.split('\n')).toEqual([
    "HPA web for Deployment web: 3 replicas, wants 3, allowed 2 to 5. It can't tell how many are needed (FailedGetResourceMetric): the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu",
    "  Container main of the target requests no cpu, so its share can't be told: set requests.cpu.",
    '  cpu: could NOT be read, target 70%',
    '  last rescaled 10m ago',
  ]);
  const limit = { resources: { limits: { cpu: '1' } } };
  const other = await status([hpa('web', { conditions: blind }), deployment('web', { replicas: 3 }, limit)]);
  expect(other).not.toContain('set requests.cpu');
});

test('every kind of metric in words, and a scale-up that is switched off', async () => {
  const object = { kind: 'Ingress', name: 'front' };
  const average = (averageValue: string) => ({ type: 'AverageValue' as const, averageValue });
  const many = hpa(
    'web',
    {
      currentMetrics: [
        { type: 'Resource', resource: { name: 'memory', current: { averageValue: '314572800' } } },
        { type: 'Pods', pods: { metric: { name: 'requests' }, current: { averageValue: '12500m' } } },
        { type: 'Object', object: { metric: { name: 'rps' }, describedObject: object, current: { value: '2k' } } },
        { type: 'External', external: { metric: { name: 'queue' }, current: { averageValue: '30' } } },
      ] as unknown as NonNullable<Status['currentMetrics']>,
    },
    {
      behavior: { scaleUp: { selectPolicy: 'Disabled' } },
      metrics: [
        { type: 'Resource', resource: { name: 'memory', target: average('200Mi') } },
        { type: 'Pods', pods: { metric: { name: 'requests' }, target: average('10') } },
        {
          type: 'Object',
          object: { metric: { name: 'rps' }, describedObject: object, target: { type: 'Value', value: '3k' } },
        },
        { type: 'External', external: { metric: { name: 'queue' }, target: average('30') } },
      ],
    },
  );
  expect((await status([many])).split('\n').slice(0, 5)).toEqual([
    'HPA web for Deployment web: 3 replicas, wants 3, allowed 2 to 5. The metrics ask for about 5, more than 3: scaling up is disabled in its behavior.',
    '  memory: 300Mi per pod now, target 200Mi',
    '  requests: 12.5 per pod now, target 10',
    '  rps of Ingress front: 2000 now, target 3000',
    '  queue (external): 30 per pod now, target 30',
  ]);
});

test('several: those in trouble first, within the bound', async () => {
  const busy = Array.from({ length: 150 }, (_, index) => hpa(`web-${index}`, { currentMetrics: cpuAt(60) }));
  const stuck = hpa('cart', { currentReplicas: 2, desiredReplicas: 4, currentMetrics: cpuAt(90) });
  const text = await status([...busy, stuck]);
  expect(text.split('\n').slice(0, 2)).toEqual([
    '151 autoscalers in shop, those in trouble first.',
    "HPA cart for Deployment cart: 2 replicas, wants 4, allowed 2 to 5. It wants 4 but there are 2: pods are being added, or can't be created.",
  ]);
  expect(text.length / 4).toBeLessThanOrEqual(600);
});

test('none, and none for this name', async () => {
  expect(await status([])).toBe('No HPA in namespace shop: its replicas change only when somebody sets them.');
  expect(await status([hpa('web', {})], { deployment: 'cart' })).toBe(
    'No HPA scales "cart" in shop: its replicas change only when somebody sets them. There are: web (scales web).',
  );
});

test('tells in a busy cluster what the autoscaler itself knows', async () => {
  const { embedded, ask: askThere } = await breakCluster('more-visitors-than-replicas', 600_000);
  const text = await askThere('get_hpa_status', { namespace: 'clinic', name: 'api' });
  const found = await embedded.client.get<HorizontalPodAutoscaler>(
    'horizontalpodautoscalers.autoscaling',
    'api',
    'clinic',
  );
  const max = found?.spec.maxReplicas;
  expect(text).toContain(`HPA api for Deployment api: ${max} replicas, wants ${max}`);
  expect(text).toMatch(/at its maximum of 4/i);
  const share = found?.status?.currentMetrics?.[0]?.resource?.current.averageUtilization;
  expect(text).toContain(`cpu: ${share}% of the requests now`);
  expect(text).toContain('SuccessfulRescale');
});
