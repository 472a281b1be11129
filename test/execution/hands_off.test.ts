import { expect, test } from 'vitest';
import { openSqliteStore } from '../../src/durable/sqlite/open_store.ts';
import { type ExecutionDeps, execute, undo } from '../../src/execution/execute.ts';
import { forbidden, type Permit, permit } from '../../src/guard/permit.ts';
import type { GuardPolicy } from '../../src/guard/policy.ts';
import type { ClusterReader, ClusterWriter } from '../../src/kubernetes/cluster.ts';
import type { KubeObject } from '../../src/kubernetes/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { labSettings } from '../../src/settings.ts';
import { cart, decisionFor, incidentWith, planFor } from '../support/incidents.ts';

/** Between a permit and its write lie a lease and, after a restart, hours: what is true at the write counts. */

const { policy } = labSettings;
const protectedNow = { [policy.protectedAnnotation]: 'payments team' };

interface Then {
  target?: Record<string, string>;
  namespace?: Record<string, string>;
  policy?: GuardPolicy;
}

/** A cluster and a policy as they are at the moment of the write, and what was written. */
function moment(then: Then): { deps: ExecutionDeps; written: unknown[] } {
  const written: unknown[] = [];
  const target = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...cart, uid: 'uid-1', generation: 4, resourceVersion: '7', annotations: then.target ?? {} },
  };
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', annotations: then.namespace ?? {} },
  };
  const cluster: Pick<ClusterReader, 'get'> & ClusterWriter = {
    get: async <T extends KubeObject>() => target as KubeObject as T,
    patch: async <T extends KubeObject>(_ref: unknown, patch: unknown) => {
      written.push(patch);
      return target as KubeObject as T;
    },
    create: async object => object,
  };
  const store = openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog, workflows: {} });
  const deps = {
    cluster: {
      ...cluster,
      list: () => Promise.reject(new Error('not listed')),
      logs: () => Promise.reject(new Error('not read')),
    },
    ledger: store.effects,
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
    forbidden: async (plan: Parameters<ExecutionDeps['forbidden']>[0], now: KubeObject) =>
      forbidden({ plan, policy: then.policy ?? policy, facts: { target: now, namespace } }),
  };
  return { deps, written };
}

function leave(): Permit {
  const target: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...cart, uid: 'uid-1', generation: 4 },
  };
  const verdict = permit({
    incident: incidentWith(),
    decision: decisionFor({ name: 'rollback_workload', target: cart }),
    plan: planFor(),
    facts: { target, namespace: undefined, actingIncidents: [], failedAttempts: [] },
    policy,
  });
  if (verdict.kind !== 'permitted') throw new Error(`expected a permit, got ${verdict.reason}`);
  return verdict.permit;
}

const objections: [string, Then, RegExp][] = [
  ['the target is protected', { target: protectedNow }, /Deployment cart carries/],
  ['its namespace is protected', { namespace: protectedNow }, /Namespace shop carries/],
  ['the mode is observe', { policy: { ...policy, mode: 'observe' } }, /observe mode changes nothing/],
  ['the namespace is denied', { policy: { ...policy, denyNamespaces: ['shop'] } }, /deny list/],
];

test('without an objection the permitted plan is written', async () => {
  const { deps, written } = moment({});
  expect(await execute(leave(), 'inc-1', deps)).toMatchObject({ state: 'done' });
  expect(written).toHaveLength(1);
});

test.for(objections)('nothing is written any more when %s by then', async ([, then, reason]) => {
  const { deps, written } = moment(then);
  expect(await execute(leave(), 'inc-1', deps)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(reason),
  });
  expect(await undo(planFor(), 'inc-1', deps)).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(reason),
  });
  expect(written).toEqual([]);
});
