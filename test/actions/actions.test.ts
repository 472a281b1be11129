import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Action, actionType } from '../../src/actions/catalogue.ts';
import { inverseOf } from '../../src/actions/field.ts';
import type { Container, Deployment } from '../../src/kubernetes/objects.ts';
import { jsonPatch } from '../../src/simulation/api/patch/json.ts';
import { deployment, facts, pod } from '../support/workloads.ts';

const target = { kind: 'Deployment', namespace: 'shop', name: 'cart' };

function changed(action: Action, workload: Deployment): Deployment {
  const change = actionType(action).change(action, facts(workload));
  if (change.kind === 'refusal') throw new Error(change.reason);
  return jsonPatch(workload, change.patch) as Deployment;
}

function refusalOf(action: Action, workload = deployment()): string {
  const change = actionType(action).change(action, facts(workload));
  return change.kind === 'refusal' ? change.reason : 'not refused';
}

const memory = fc.constantFrom('64Mi', '128Mi', '256Mi', '1Gi');
const cpu = fc.constantFrom('50m', '100m', '1');
const container: fc.Arbitrary<Container> = fc.record(
  {
    name: fc.constantFrom('main', 'proxy'),
    image: fc.constantFrom('registry.example/cart:1', 'registry.example/cart:2'),
    resources: fc.record(
      { limits: fc.dictionary(fc.constant('memory'), memory), requests: fc.dictionary(fc.constant('cpu'), cpu) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name', 'image'] },
);

const anyDeployment = fc
  .tuple(
    fc.uniqueArray(container, { minLength: 1, maxLength: 2, selector: ({ name }) => name }),
    fc.option(fc.dictionary(fc.constantFrom('a/b~c', 'kubectl.kubernetes.io/restartedAt'), fc.string()), {
      nil: undefined,
    }),
  )
  .map(([containers, annotations]) => deployment({ containers, ...(annotations ? { annotations } : {}) }));

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  fc.constant({ name: 'rollback_workload' as const, target }),
  fc.constant({ name: 'restart_workload' as const, target }),
  fc.record(
    {
      name: fc.constant('set_resources' as const),
      target: fc.constant(target),
      container: fc.constantFrom('main', 'proxy'),
      memoryLimit: memory,
      cpuRequest: cpu,
    },
    { requiredKeys: ['name', 'target', 'container', 'memoryLimit'] },
  ),
);

test('whatever an action changes, its inverse takes back exactly', () => {
  let reversed = 0;
  fc.assert(
    fc.property(anyDeployment, anyAction, (before, action) => {
      const change = actionType(action).change(action, facts(before));
      if (change.kind === 'refusal') return;
      const after = jsonPatch(before, change.patch);
      expect(jsonPatch(after, inverseOf(change.patch, before, after))).toEqual(before);
      reversed += 1;
    }),
    { numRuns: 300 },
  );
  expect(reversed).toBeGreaterThan(100);
});

test('an inverse does not take back what somebody else has changed since', () => {
  const before = deployment({
    containers: [{ name: 'main', image: 'i', resources: { limits: { memory: '128Mi' } } }],
  });
  const action: Action = { name: 'set_resources', target, container: 'main', memoryLimit: '256Mi' };
  const change = actionType(action).change(action, facts(before));
  const patch = change.kind === 'change' ? change.patch : [];
  const after = jsonPatch(before, patch);
  const resources = '/spec/template/spec/containers/0/resources';
  const theirs = jsonPatch(after, [{ op: 'replace', path: resources, value: { limits: { memory: '512Mi' } } }]);
  expect(() => jsonPatch(theirs, inverseOf(patch, before, after))).toThrow();
});

test('rollback puts the template of the revision before back, without the hash of the ReplicaSet', () => {
  const after = changed({ name: 'rollback_workload', target }, deployment());
  expect(after.spec.template).toEqual({
    metadata: { labels: { app: 'cart' } },
    spec: { containers: [{ name: 'main', image: 'registry.example/cart:1' }] },
  });
});

test('rollback refuses what is not there', () => {
  expect(refusalOf({ name: 'rollback_workload', target, toRevision: 2 })).toBe('revision 2 is the current one');
  expect(refusalOf({ name: 'rollback_workload', target, toRevision: 9 })).toBe(
    'expected one of the kept revisions 1, got 9',
  );
  const alone = actionType({ name: 'rollback_workload', target }).change(
    { name: 'rollback_workload', target },
    facts(deployment(), { replicaSets: [] }),
  );
  expect(alone).toMatchObject({ kind: 'refusal', reason: expect.stringContaining('no earlier revision') });
});

test('set_resources changes what is asked and keeps the rest', () => {
  const containers = [
    { name: 'main', image: 'i', resources: { limits: { memory: '128Mi', cpu: '1' }, requests: { memory: '64Mi' } } },
  ];
  const after = changed(
    { name: 'set_resources', target, container: 'main', memoryLimit: '256Mi' },
    deployment({ containers }),
  );
  expect(after.spec.template.spec.containers[0]?.resources).toEqual({
    limits: { memory: '256Mi', cpu: '1' },
    requests: { memory: '64Mi' },
  });
});

test('set_resources refuses a leap, a contradiction, and a container that is not there', () => {
  const containers = [
    { name: 'main', image: 'i', resources: { limits: { memory: '128Mi' }, requests: { memory: '100Mi' } } },
  ];
  const workload = deployment({ containers });
  const set = (more: object) =>
    refusalOf({ name: 'set_resources', target, container: 'main', ...more } as Action, workload);
  expect(set({ memoryLimit: '1Gi' })).toContain('more than 4 times away');
  expect(set({ memoryLimit: '64Mi' })).toContain('the memory request would be above the limit');
  expect(set({})).toContain('expected at least one of');
  expect(set({ cpuLimit: '1n' })).toContain('no cpu limit is set now');
  expect(set({ cpuRequest: '1000' })).toContain('no cpu request is set now');
  expect(set({ container: 'nope', memoryLimit: '256Mi' })).toBe('expected one of the containers main, got nope');
});

test('a request that is not set counts as the limit', () => {
  const workload = deployment({
    containers: [{ name: 'main', image: 'i', resources: { limits: { memory: '128Mi' } } }],
  });
  const set = (memoryRequest: string) =>
    refusalOf({ name: 'set_resources', target, container: 'main', memoryRequest }, workload);
  expect(set('64Mi')).toBe('not refused');
  expect(set('16Mi')).toContain('more than 4 times away');
});

test('what a model writes is checked before anything is made of it', () => {
  for (const wrong of [
    { name: 'delete_namespace', target },
    { name: 'restart_workload', target: { ...target, name: 'cart; rm -rf /' } },
    { name: 'restart_workload', target, force: true },
    { name: 'set_resources', target, container: 'main', memoryLimit: '-1' },
    { name: 'set_resources', target, container: 'main', memoryLimit: 'a lot' },
  ])
    expect(Action.safeParse(wrong).success).toBe(false);
});

test('a rollout is proven by new pods that are available, and disproven by new pods that fail', () => {
  const restart: Action = { name: 'restart_workload', target };
  const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const prove = (workload: Deployment, pods = [pod('new', 2000, {})]) =>
    actionType(restart).prove(restart, facts(workload, { pods }), 1000).state;
  expect(prove(deployment({ status }))).toBe('met');
  expect(prove(deployment({ status: { ...status, observedGeneration: 1 } }))).toBe('pending');
  expect(prove(deployment({ status: { ...status, updatedReplicas: 1 } }))).toBe('pending');
  expect(prove(deployment({ status: { ...status, replicas: 3 } }))).toBe('pending');
  expect(prove(deployment({ status: { ...status, availableReplicas: 1 } }))).toBe('pending');

  const crashed = { state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 2 };
  expect(prove(deployment({ status }), [pod('new', 2000, crashed)])).toBe('failing');
  expect(prove(deployment({ status }), [pod('old', 500, crashed)])).toBe('met');
  const creating = { state: { waiting: { reason: 'ContainerCreating' } } };
  expect(prove(deployment({ status: { ...status, availableReplicas: 1 } }), [pod('new', 2000, creating)])).toBe(
    'pending',
  );
});
