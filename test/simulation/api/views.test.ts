import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/objects.ts';
import { testServer } from './fixtures.ts';
import { as, serve } from './http_fixture.ts';

const core = '/api/v1/namespaces/default/events';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const second = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const first = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';

test('an event has two names for its fields', async () => {
  const { server } = testServer();
  const { send } = await serve(server);
  await send('POST', core, {
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    reason: 'Killing',
    message: 'Stopping container app',
    type: 'Normal',
    count: 3,
    firstTimestamp: '2026-03-01T12:00:00Z',
    source: { component: 'kubelet', host: 'n1' },
  });
  const { body } = await send('GET', `${events}/e`);
  expect(body).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    regarding: { kind: 'Pod', name: 'p' },
    note: 'Stopping container app',
    deprecatedCount: 3,
    deprecatedFirstTimestamp: '2026-03-01T12:00:00Z',
    deprecatedSource: { component: 'kubelet', host: 'n1' },
  });
  expect(body).not.toHaveProperty('message');
  const found = await send('GET', `${events}?fieldSelector=regarding.name=p`);
  expect(found.body['items']).toHaveLength(1);
});

test('an event written by its newer names is read by its older ones', async () => {
  const { server, client } = testServer();
  const { send } = await serve(server);
  const event = {
    metadata: { name: 'e' },
    regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    reason: 'Scheduled',
    action: 'Binding',
    note: 'assigned',
    type: 'Normal',
    eventTime: '2026-03-01T12:00:00.000000Z',
    reportingController: 'default-scheduler',
    reportingInstance: 's-1',
  };
  expect(await send('POST', events, { ...event, eventTime: undefined })).toMatchObject({ code: 422 });
  expect((await send('POST', events, event)).code).toBe(201);
  expect((await send('GET', `${core}/e`)).body).toMatchObject({
    apiVersion: 'v1',
    involvedObject: { name: 'p' },
    message: 'assigned',
    reportingComponent: 'default-scheduler',
  });
  const seen: KubeObject[] = [];
  const stop = client.watch('events.events.k8s.io', ({ object }) => seen.push(object));
  await send('PATCH', `${core}/e`, { message: 'again' }, as.merge);
  stop();
  expect(seen.at(-1)).toMatchObject({ note: 'again' });
});

test('an autoscaler in its first version keeps what that does not know in annotations', async () => {
  const { server } = testServer();
  const { send } = await serve(server);
  const metric = (name: string, averageUtilization: number) => ({
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization } },
  });
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [metric('cpu', 60), metric('memory', 70)],
  };
  await send('POST', second, { metadata: { name: 'h' }, spec });
  const { body } = await send('GET', `${first}/h`);
  expect(body).toMatchObject({
    apiVersion: 'autoscaling/v1',
    spec: { maxReplicas: 5, targetCPUUtilizationPercentage: 60 },
    metadata: {
      annotations: {
        'autoscaling.alpha.kubernetes.io/metrics':
          '[{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":70}}]',
      },
    },
  });
  await send('PATCH', `${first}/h`, { spec: { targetCPUUtilizationPercentage: 50 } }, as.merge);
  expect((await send('GET', `${second}/h`)).body['spec']).toMatchObject({
    metrics: [metric('cpu', 50), metric('memory', 70)],
  });
});
