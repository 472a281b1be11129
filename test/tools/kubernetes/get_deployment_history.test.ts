import { expect, test } from 'vitest';
import { ClusterError } from '../../../src/kubernetes/cluster.ts';
import { templateChanges } from '../../../src/tools/kubernetes/template_changes.ts';
import { ask } from './ask.ts';
import { ago, configMap, createWorld, deployment, namespace, pod, replicaSet, template } from './world.ts';

const history = (objects: Parameters<typeof createWorld>[0], name = 'checkout') =>
  ask(createWorld([namespace('shop'), ...objects]), 'get_deployment_history', { namespace: 'shop', name });

const first = { image: 'registry.example/checkout:1.0', env: [{ name: 'LOG_FORMAT', value: 'json' }] };
const second = {
  ...first,
  env: [
    { name: 'LOG_FORMAT', value: 'json' },
    { name: 'DB_PASSWORD', value: 'hunter2' },
  ],
};
const third = {
  image: 'registry.example/checkout:1.1',
  env: [
    { name: 'LOG_FORMAT', value: 'jsonl' },
    { name: 'DB_PASSWORD', value: 'hunter3' },
  ],
  resources: { limits: { memory: '64Mi' } },
};

test('revisions newest first, with what changed in each, and which was the last good one', async () => {
  const { text, facts } = await history([
    deployment('checkout', { replicas: 3 }, third, 3),
    replicaSet('checkout', 2, 2, 2, second),
    replicaSet('checkout', 1, 0, 0, first),
    replicaSet('checkout', 3, 0, 2, third),
    pod('checkout-r3-a', { owner: 'checkout', revision: 3, ready: false }),
  ]);
  expect(text.split('\n')).toEqual([
    'Deployment shop/checkout has 3 revisions; the current one is 3.',
    'Revision 3 is not healthy: 0 of 2 pods ready, 1 made. The last good revision is 2: it still has ready pods.',
    'revision 3 (current), made 8h ago, 0 of 2 pods ready',
    '  changed from revision 2:',
    '    container main image: registry.example/checkout:1.0 -> registry.example/checkout:1.1',
    '    container main env LOG_FORMAT: json -> jsonl',
    '    container main env DB_PASSWORD: a secret value, changed',
    '    container main resources.limits.memory: 64Mi (added)',
    'revision 2, made 12h ago, 2 of 2 pods ready',
    '  changed from revision 1:',
    '    container main env DB_PASSWORD: a secret value, added',
    'revision 1, made 24h ago, scaled to 0',
    '  the oldest that is kept; container main image registry.example/checkout:1.0',
  ]);
  expect(facts).toEqual({ revisions: 3, current: 3, healthy: false, last_good: 2, changes_shown: 3 });
});

test('only what changed lately, when that is asked for', async () => {
  const world = createWorld([
    namespace('shop'),
    deployment('checkout', { replicas: 2 }, second, 2),
    replicaSet('checkout', 1, 0, 0, first),
    replicaSet('checkout', 2, 2, 2, second),
  ]);
  const { text, facts } = await ask(world, 'get_deployment_history', {
    namespace: 'shop',
    name: 'checkout',
    hours: 13,
  });
  expect(text).toContain('revision 2 (current), made 12h ago');
  expect(text).toContain('changed from revision 1');
  expect(text).not.toContain('revision 1, made');
  expect(facts).toMatchObject({ revisions: 2, changes_shown: 1 });
  const nothing = await ask(world, 'get_deployment_history', { namespace: 'shop', name: 'checkout', hours_back: 1 });
  expect(nothing.text).toContain('No revision was made in the last 60m.');
});

test('scaling is told with who did it', async () => {
  const scaled = deployment('checkout', { replicas: 4 }, first, 1);
  scaled.metadata.managedFields = [{ manager: 'kubectl', subresource: 'scale', time: ago(600) }];
  const rescale = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'shop' },
    involvedObject: { kind: 'HorizontalPodAutoscaler', name: 'checkout', namespace: 'shop' },
    reason: 'SuccessfulRescale',
    message: 'New size: 4; reason: cpu resource utilization above target',
    type: 'Normal',
    lastTimestamp: ago(120),
  };
  const { text } = await history([scaled, replicaSet('checkout', 1, 4, 4, first), rescale as never]);
  expect(text).toContain('Scaled by kubectl, 10m ago.');
  expect(text).toContain('Scaled by its autoscaler 2m ago: New size: 4; reason: cpu resource utilization above target');
});

test('a healthy revision is called healthy; a lone broken one has nothing to go back to', async () => {
  const healthy = await history([
    deployment('checkout', { replicas: 2 }, first, 1),
    replicaSet('checkout', 1, 2, 2, first),
  ]);
  expect(healthy.text).toContain('Revision 1 is healthy: 2 of 2 pods ready.');
  const lone = await history([
    deployment('checkout', { replicas: 2 }, first, 1),
    replicaSet('checkout', 1, 0, 2, first),
  ]);
  expect(lone.text).toContain('There is no older revision to go back to.');
});

test('an older revision without pods is not called good', async () => {
  const { text } = await history([
    deployment('checkout', { replicas: 1 }, second),
    replicaSet('checkout', 1, 0, 0, first),
    replicaSet('checkout', 2, 0, 1, second),
  ]);
  expect(text).toContain('The revision before it is 1; none of its pods are left to show whether it was good.');
});

test('ConfigMaps that the pods read are dated, because they change without a revision', async () => {
  const reads = { envFrom: [{ configMapRef: { name: 'settings' } }, { configMapRef: { name: 'gone' } }] };
  const edited = configMap('settings', [{ manager: 'kubectl-edit', time: ago(200) }]);
  const { text } = await history([
    deployment('checkout', { replicas: 1 }, reads, 1),
    replicaSet('checkout', 1, 1, 1, reads),
    edited,
  ]);
  expect(text).toContain(
    'It reads ConfigMap settings, last changed 3m ago by kubectl-edit; changes there make no revision.',
  );
  expect(text).toContain('It reads ConfigMap gone, which does not exist.');
});

test('ConfigMaps that we may not read do not cost the rest of the answer', async () => {
  const reads = { envFrom: [{ configMapRef: { name: 'settings' } }] };
  const world = createWorld([
    namespace('shop'),
    deployment('checkout', { replicas: 1 }, reads, 1),
    replicaSet('checkout', 1, 1, 1, reads),
  ]);
  const guarded: typeof world = {
    ...world,
    get: async (ref, signal) => {
      if (ref.kind === 'ConfigMap') throw new ClusterError(403, 'Forbidden', 'no');
      return world.get(ref, signal);
    },
  };
  const { text, isError } = await ask(guarded, 'get_deployment_history', { namespace: 'shop', name: 'checkout' });
  expect(isError).toBe(false);
  expect(text).toContain('It reads ConfigMap settings, which we may not read.');
  expect(text).toContain('Revision 1 is healthy');
});

test('a pod leads to its Deployment; a bare pod has no history', async () => {
  const objects = [
    deployment('checkout', { replicas: 1 }, first, 1),
    replicaSet('checkout', 1, 1, 1, first),
    pod('checkout-r1-a', { owner: 'checkout', revision: 1 }),
    pod('bare'),
  ];
  expect((await history(objects, 'checkout-r1-a')).text).toContain('Deployment shop/checkout has 1 revision');
  expect((await history(objects, 'bare')).text).toBe('bare in shop belongs to no Deployment, so it has no revisions.');
  expect((await history(objects, 'nope')).text).toContain('There is no pod or workload "nope"');
});

test('fifty revisions stay within the bound', async () => {
  const sets = Array.from({ length: 50 }, (_, index) =>
    replicaSet('checkout', index + 1, 0, 0, {
      image: `registry.example/checkout:${index}`,
      command: ['x'.repeat(index * 10)],
    }),
  );
  const { text } = await history([deployment('checkout', { replicas: 1 }, first, 50), ...sets]);
  expect(text.length / 4).toBeLessThanOrEqual(600);
  expect(text).toMatch(/\d+ more left out: older revisions/);
});

test('a template is no different from itself, and every changed field is named', () => {
  const before = template('web', { readinessProbe: { httpGet: { path: '/ready', port: 8080 } }, args: ['a'] });
  const after = template('web', { readinessProbe: { httpGet: { path: '/readyz', port: 8080 } }, args: ['a', 'b'] });
  expect(templateChanges(before, before)).toEqual([]);
  expect(templateChanges(before, after)).toEqual([
    'container main readinessProbe.httpGet.path: /ready -> /readyz',
    'container main args: ["a"] -> ["a","b"]',
  ]);
});
