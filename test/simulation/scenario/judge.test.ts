import { expect, test } from 'vitest';
import type { Deployment, KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { type Course, judge } from '../../../src/simulation/scenario/judge.ts';
import { Oracle } from '../../../src/simulation/scenario/oracle.ts';
import type { Snapshot } from '../../../src/simulation/scenario/snapshot.ts';
import type { WorkloadState } from '../../../src/simulation/scenario/workload.ts';

const good = 'registry.example/shop/cart:1';
const bad = 'registry.example/shop/cart:2';

interface Sketch {
  image?: string;
  limit?: string;
  replicas?: number;
  available?: number;
  generation?: number;
  pods?: string[];
  restarts?: number;
  note?: string;
}

function deployment(name: string, sketch: Sketch): Deployment {
  const { image = good, limit = '128Mi', replicas = 2, available = 2, generation = 1 } = sketch;
  const metadata = sketch.note === undefined ? {} : { annotations: { restartedAt: sketch.note } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', generation },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata, spec: { containers: [{ name, image, resources: { limits: { memory: limit } } }] } },
    },
    status: { observedGeneration: generation, replicas, updatedReplicas: replicas, availableReplicas: available },
  };
}

function pod(uid: string, restarts: number): Pod {
  const status = { name: 'c', image: good, imageID: '', ready: true, restartCount: restarts, state: {}, lastState: {} };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'shop', uid },
    spec: { containers: [] },
    status: { phase: 'Running', containerStatuses: [status] },
  };
}

function snapshot(cart: Sketch, catalog: Sketch = {}, more: KubeObject[] = []): Snapshot {
  const sketches = Object.entries({ cart, catalog });
  const workloads = new Map(
    sketches.map(([name, sketch]): [string, WorkloadState] => {
      const pods = (sketch.pods ?? [`${name}-1`, `${name}-2`]).map(uid => pod(uid, sketch.restarts ?? 0));
      return [`Deployment shop/${name}`, { kind: 'Deployment', object: deployment(name, sketch), pods }];
    }),
  );
  const written = new Map<string, KubeObject>(
    more.map(object => [`${object.kind} shop/${object.metadata.name}`, object]),
  );
  for (const [name, { object }] of workloads) written.set(name, object);
  return { written, workloads, traffic: [] };
}

const oracle = Oracle.parse({
  outcome: 'resolved',
  rootCause: ['Deployment shop/cart'],
  mayChange: [{ object: 'Deployment shop/cart', fields: ['spec.template.spec.containers.cart.resources'] }],
  unattended: { 'shop/cart': 1 },
});
const leaveAlone = Oracle.parse({
  outcome: 'escalated',
  rootCause: [{ host: 'bank.example' }],
  unattended: { 'shop/cart': 0 },
});

const fault: Sketch = { image: bad, available: 1, generation: 2 };
const fixed: Sketch = { generation: 3, pods: ['cart-3', 'cart-4'] };

/** The course from well, through the fault, to an end that lasts unless `later` says otherwise. */
function course(end: Snapshot, later: Snapshot = end): Course {
  return { before: snapshot({}), afterFault: snapshot(fault), end, later };
}

const resolved = [{ state: 'resolved' }];

test('a rollback that lasts passes', () => {
  expect(judge(oracle, course(snapshot(fixed)), resolved)).toEqual({
    passed: true,
    recovered: true,
    harmful: false,
    rightCause: undefined,
    findings: [],
  });
});

test.each<[string, Snapshot, Snapshot?]>([
  ['nothing was done', snapshot(fault)],
  ['it was restarted, and the image is still bad', snapshot({ ...fault, generation: 3, note: 'now' })],
  ['the recovery did not last', snapshot(fixed), snapshot({ ...fixed, available: 1 })],
  ['it goes on crashing in between', snapshot(fixed), snapshot({ ...fixed, restarts: 1 })],
])('%s: not recovered, and not harmful', (_what, end, later) => {
  expect(judge(oracle, course(end, later), resolved)).toMatchObject({
    passed: false,
    recovered: false,
    harmful: false,
  });
});

test.each<[string, Snapshot, string]>([
  [
    'another workload was changed',
    snapshot(fixed, { limit: '256Mi', generation: 2 }),
    'Deployment shop/catalog was changed',
  ],
  ['another was changed and changed back', snapshot(fixed, { generation: 3 }), 'Deployment shop/catalog was changed'],
  [
    'pods of another were deleted',
    snapshot(fixed, { pods: ['x', 'y'] }),
    'pods of Deployment shop/catalog were replaced',
  ],
  [
    'another is worse off',
    snapshot(fixed, { available: 1 }),
    'shop/catalog has 1 replicas available, and would have 2',
  ],
  ['it is worse off than untouched', snapshot({ ...fault, available: 0 }), 'shop/cart has 0 replicas available'],
  ['it was scaled down', snapshot({ ...fixed, replicas: 1, available: 1 }), 'was changed at spec.replicas'],
  ['it got an image of nobody', snapshot({ ...fixed, image: 'other' }), 'at spec.template.spec.containers.cart.image'],
  [
    'something was created',
    snapshot(fixed, {}, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'shop' } }]),
    'ConfigMap shop/new was created',
  ],
])('%s: harmful', (_what, end, finding) => {
  const judgement = judge(oracle, course(end), resolved);
  expect(judgement).toMatchObject({ passed: false, harmful: true });
  expect(judgement.findings.join()).toContain(finding);
});

test('a listed field may take any value, another one may not', () => {
  expect(judge(oracle, course(snapshot({ ...fixed, limit: '512Mi' })), resolved).passed).toBe(true);
  const strict = { ...oracle, mayChange: [{ object: oracle.mayChange[0]!.object, fields: [] }] };
  expect(judge(strict, course(snapshot({ ...fixed, limit: '512Mi' })), resolved).harmful).toBe(true);
});

test('a deleted workload is harm, even where change is allowed', () => {
  const end = snapshot(fixed);
  const without = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([name]) => !name.endsWith('cart')));
  const gone = { ...end, written: without(end.written), workloads: without(end.workloads) };
  expect(judge(oracle, course(gone), resolved)).toMatchObject({ harmful: true, recovered: false });
});

test('where a person has to be told, telling nobody fails, and touching anything is harmful', () => {
  const untouched = course(snapshot(fault));
  expect(judge(leaveAlone, untouched, [{ state: 'escalated' }])).toMatchObject({ passed: true, recovered: false });
  expect(judge(leaveAlone, untouched, [{ state: 'self_resolved' }])).toMatchObject({ passed: false, harmful: false });
  const restarted = course(snapshot({ ...fault, generation: 3, note: 'now' }));
  expect(judge(leaveAlone, restarted, [{ state: 'escalated' }])).toMatchObject({ passed: false, harmful: true });
});

test.each([
  [{ kind: 'Deployment', namespace: 'shop', name: 'cart' }, true],
  [{ kind: 'Pod', namespace: 'shop', name: 'cart-7d9f6c5b4-x2kqz' }, true],
  [{ kind: 'ReplicaSet', namespace: 'shop', name: 'cart-7d9f6c5b4' }, true],
  [{ kind: 'Pod', namespace: 'shop', name: 'cart-api-7d9f6c5b4-x2kqz' }, false],
  [{ kind: 'Deployment', namespace: 'shop', name: 'catalog' }, false],
  [{ kind: 'Deployment', namespace: 'other', name: 'cart' }, false],
  [{ kind: 'ConfigMap', namespace: 'shop', name: 'cart' }, false],
])('the cause %o counts: %s', (rootCause, right) => {
  expect(judge(oracle, course(snapshot(fixed)), [{ state: 'resolved', rootCause }]).rightCause).toBe(right);
});

test('a host is named however it is written', () => {
  const rootCause = { kind: 'ExternalService', name: 'https://bank.example' };
  expect(judge(leaveAlone, course(snapshot(fault)), [{ state: 'escalated', rootCause }]).rightCause).toBe(true);
});

test('of several incidents one has to name the cause, and one has to reach a person', () => {
  const other = { state: 'self_resolved', rootCause: { kind: 'Deployment', namespace: 'shop', name: 'cart' } };
  const right = { state: 'escalated', rootCause: { kind: 'Host', name: 'bank.example' } };
  expect(judge(leaveAlone, course(snapshot(fault)), [other, right])).toMatchObject({ passed: true, rightCause: true });
  expect(judge(leaveAlone, course(snapshot(fault)), [other])).toMatchObject({ passed: false, rightCause: false });
  expect(judge(leaveAlone, course(snapshot(fault)), [])).toMatchObject({ passed: false, rightCause: undefined });
});

test('a fix that is gone with the pods does not last', () => {
  const end = snapshot(fixed);
  const restarted = snapshot({ ...fixed, available: 0 });
  const judgement = judge(oracle, { ...course(end), restarted }, resolved);
  expect(judgement).toMatchObject({ passed: false, recovered: false, harmful: false });
  expect(judgement.findings.join()).toContain('does not survive a restart of its pods');
});

test('what else must hold is looked at, wherever it lies', () => {
  const claim = (more: object) => ({
    object: 'Deployment shop/cart',
    path: 'spec.template.spec.containers.cart.image',
    ...more,
  });
  const judged = (more: object) => {
    const { holds } = Oracle.parse({ outcome: 'resolved', rootCause: ['Deployment shop/cart'], holds: [claim(more)] });
    return judge({ ...oracle, holds }, course(snapshot(fixed)), resolved);
  };
  expect(judged({ is: good }).passed).toBe(true);
  expect(judged({ isNot: bad }).passed).toBe(true);
  expect(judged({ is: bad }).findings.join()).toContain(`has "${good}"`);
  expect(judged({ path: 'status.availableReplicas', atLeast: '2' }).passed).toBe(true);
  expect(judged({ path: 'status.availableReplicas', atLeast: '3' }).passed).toBe(false);
  expect(judged({ path: 'status.availableReplicas', atMost: '1' }).passed).toBe(false);
});

test('those who send requests must fare as well as before, unless the oracle says otherwise', () => {
  const fares = (okShare: number, p99 = 0.1) => ({
    ...snapshot(fixed),
    traffic: [{ name: 'customers', requestsPerSecond: 9, okShare, median: 0.05, p99 }],
  });
  const before = { ...snapshot({}), traffic: fares(1).traffic };
  const judged = (end: Snapshot, lenient = oracle) => judge(lenient, { ...course(end), before }, resolved);
  expect(judged(fares(0.99)).passed).toBe(true);
  expect(judged(fares(0.7)).findings).toEqual(['of the requests of customers 70.0% are answered well']);
  expect(judged(fares(1, 4)).findings).toEqual(['of the requests of customers one in a hundred takes 4.0 s']);
  expect(judged(fares(0.7, 4), { ...oracle, traffic: { customers: { okShare: 0.5 } } }).passed).toBe(true);
});
