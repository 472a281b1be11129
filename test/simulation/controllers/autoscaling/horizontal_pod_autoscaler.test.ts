import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../../../src/kubernetes/kinds/autoscaling.ts';
import type { Deployment, KubeEvent, Pod } from '../../../../src/kubernetes/objects.ts';
import { createVirtualClock } from '../../../../src/lib/virtual_clock.ts';
import { createApiServer } from '../../../../src/simulation/api/server.ts';
import { createHorizontalPodAutoscaler } from '../../../../src/simulation/controllers/autoscaling/horizontal_pod_autoscaler.ts';
import { createCaches } from '../../../../src/simulation/controllers/cache.ts';
import { deployment, pod } from '../../api/fixtures.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const longAgo = '2026-03-01T11:00:00Z';
const target = { resource: 'deployments.apps', name: 'web', namespace: 'default' };

/** The autoscaler alone, with a deployment whose pods are there as soon as they are wanted. */
async function autoscalerAlone(options: { spec?: Partial<HorizontalPodAutoscaler['spec']>; replicas?: number } = {}) {
  const { spec = {}, replicas = 2 } = options;
  const clock = createVirtualClock({ start });
  const server = createApiServer({ clock });
  const client = server.client();
  const caches = createCaches(client);
  const controller = createHorizontalPodAutoscaler({ client, clock, caches });
  onTestFinished(() => {
    controller.stop();
    caches.stop();
  });
  const template = deployment('web');
  await client.create<Deployment>('deployments.apps', { ...template, spec: { ...template.spec, replicas } });
  let cores = 0.1;
  const podUsage = (name: string) => ({
    namespace: 'default',
    pod: name,
    at: clock.now(),
    windowMs: 15_000,
    containers: [{ name: 'app', cpuCores: cores, memoryBytes: 2 ** 26 }],
  });
  let names: string[] = [];
  const serveUsage = () => server.setUsageSource({ pods: () => names.map(podUsage), nodes: () => [] });
  const read = async () => (await client.get<HorizontalPodAutoscaler>(autoscalers, 'web', 'default'))!;
  const wanted = async () => (await client.get<Deployment>('deployments.apps', 'web', 'default'))!.spec.replicas ?? 1;

  async function fill(): Promise<void> {
    const count = await wanted();
    for (let number = names.length; number < count; number++) await runPod(client, `web-${number}`);
    for (const name of names.slice(count)) {
      await client.delete({ resource: 'pods', name, namespace: 'default' }, { gracePeriodSeconds: 0 });
    }
    names = Array.from({ length: count }, (_, number) => `web-${number}`);
  }

  await fill();
  await client.create<HorizontalPodAutoscaler>(autoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [cpuAt(50)],
      ...spec,
    },
  });
  // So that no look at the autoscaler falls on the edge of a step.
  clock.start();
  await clock.sleep(1000);
  clock.stop();
  return {
    client,
    serveUsage,
    read,
    wanted,
    use(next: number) {
      cores = next;
    },
    async pass(seconds: number) {
      for (let passed = 0; passed < seconds; passed += 15) {
        clock.start();
        await clock.sleep(15_000);
        clock.stop();
        await fill();
      }
    },
    said: async () => conditionTexts((await read()).status?.conditions ?? []),
    events: async () =>
      (await client.list<KubeEvent>('events', { namespace: 'default' })).items.map(
        ({ type, reason, message, count }) => `${type} ${reason} x${count}: ${message}`,
      ),
  };
}

const autoscalers = 'horizontalpodautoscalers.autoscaling';

function cpuAt(averageUtilization: number) {
  return {
    type: 'Resource' as const,
    resource: { name: 'cpu', target: { type: 'Utilization' as const, averageUtilization } },
  };
}

function conditionTexts(conditions: { type: string; status: string; reason?: string; message?: string }[]) {
  return conditions.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
}

async function runPod(client: ReturnType<ReturnType<typeof createApiServer>['client']>, name: string): Promise<void> {
  const { spec, ...rest } = pod(name);
  const containers = spec.containers.map(container => ({ ...container, resources: { requests: { cpu: '200m' } } }));
  const created = await client.create<Pod>('pods', { ...rest, spec: { ...spec, nodeName: 'node1', containers } });
  const conditions = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: longAgo }];
  await client.update<Pod>(
    'pods',
    { ...created, status: { phase: 'Running', startTime: longAgo, conditions } },
    { subresource: 'status' },
  );
}

test('usage above the target adds replicas, and says so', async () => {
  const { serveUsage, use, pass, wanted, read, said, events } = await autoscalerAlone();
  serveUsage();
  use(0.15);
  await pass(15);
  expect(await wanted()).toBe(3);
  expect((await read()).status).toMatchObject({
    currentReplicas: 2,
    desiredReplicas: 3,
    lastScaleTime: '2026-03-01T12:00:15Z',
    currentMetrics: [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 75, averageValue: '150m' } } },
    ],
  });
  expect(await said()).toEqual([
    'AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to 3',
    'ScalingActive=True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    'ScalingLimited=False DesiredWithinRange: the desired count is within the acceptable range',
  ]);
  expect(await events()).toEqual([
    'Normal SuccessfulRescale x1: New size: 3; reason: cpu resource utilization (percentage of request) above target',
  ]);
});

test('less use takes replicas away only after five minutes, and never more than the minimum allows', async () => {
  const { serveUsage, use, pass, wanted, said } = await autoscalerAlone({ replicas: 6 });
  serveUsage();
  use(0.01);
  await pass(285);
  expect(await wanted()).toBe(6);
  expect((await said())[0]).toBe(
    'AbleToScale=True ScaleDownStabilized: recent recommendations were higher than current one, applying the highest recent recommendation',
  );
  await pass(45);
  expect(await wanted()).toBe(2);
  await pass(30);
  expect(await said()).toContain(
    'ScalingLimited=True TooFewReplicas: the desired replica count is less than the minimum replica count',
  );
});

test('the first steps up are to four or the double, and the maximum ends them', async () => {
  const { serveUsage, use, pass, wanted, said } = await autoscalerAlone();
  serveUsage();
  use(2);
  await pass(15);
  expect(await wanted()).toBe(4);
  expect(await said()).toContain(
    'ScalingLimited=True ScaleUpLimit: the desired replica count is increasing faster than the maximum scale rate',
  );
  await pass(30);
  expect(await wanted()).toBe(10);
  await pass(15);
  expect(await said()).toContain(
    'ScalingLimited=True TooManyReplicas: the desired replica count is more than the maximum replica count',
  );
});

test('without metrics nothing is scaled, and every look says why', async () => {
  const { pass, wanted, said, events, read } = await autoscalerAlone();
  await pass(30);
  const why =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  expect(await wanted()).toBe(2);
  expect(await said()).toEqual([
    "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
    `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${why}`,
  ]);
  expect((await read()).status).toMatchObject({ currentReplicas: 2, desiredReplicas: 0 });
  expect(await events()).toEqual(
    [
      `Warning FailedComputeMetricsReplicas x2: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
      `Warning FailedGetResourceMetric x2: ${why}`,
    ].sort(byReason),
  );
});

function byReason(a: string, b: string): number {
  return a.includes('FailedCompute') === b.includes('FailedCompute') ? 0 : a.includes('FailedCompute') ? 1 : -1;
}

test('a target that is missing, or is at zero, is left alone', async () => {
  const gone = await autoscalerAlone();
  await gone.client.delete(target);
  await gone.pass(15).catch(() => undefined);
  expect(await gone.said()).toEqual([
    `AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "web" not found`,
  ]);
  const zero = await autoscalerAlone({ replicas: 0 });
  await zero.pass(15);
  expect(await zero.said()).toContain(
    'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
  );
});

test('rules of its own slow an autoscaler down', async () => {
  const scaleUp = { policies: [{ type: 'Pods' as const, value: 1, periodSeconds: 60 }] };
  const { serveUsage, use, pass, wanted } = await autoscalerAlone({ spec: { behavior: { scaleUp } } });
  serveUsage();
  use(2);
  await pass(15);
  expect(await wanted()).toBe(3);
  await pass(45);
  expect(await wanted()).toBe(3);
  await pass(15);
  expect(await wanted()).toBe(4);
});

test('whatever pods use, an autoscaler stays within its bounds and goes down only to what was wanted lately', async () => {
  const loads = fc.array(fc.constantFrom(0, 0.02, 0.1, 0.11, 0.3, 2), { minLength: 3, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(loads, fc.integer({ min: 1, max: 4 }), async (uses, minReplicas) => {
      const { serveUsage, use, pass, wanted } = await autoscalerAlone({ spec: { minReplicas, maxReplicas: 7 } });
      serveUsage();
      const history: { desired: number; replicas: number }[] = [];
      for (const next of uses) {
        use(next);
        const before = await wanted();
        await pass(15);
        const replicas = await wanted();
        const ratio = Math.trunc((next / 0.2) * 100) / 50;
        const desired = Math.abs(ratio - 1) <= 0.1 ? before : Math.ceil(ratio * before);
        history.push({ desired, replicas });
        expect(replicas).toBeGreaterThanOrEqual(minReplicas);
        expect(replicas).toBeLessThanOrEqual(7);
        const lately = history.slice(-20).map(one => one.desired);
        if (replicas < before) expect(replicas).toBe(Math.min(7, Math.max(minReplicas, ...lately)));
      }
    }),
    { numRuns: 25 },
  );
});
