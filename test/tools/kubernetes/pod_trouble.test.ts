import { expect, test } from 'vitest';
import type { ContainerStatus, Pod } from '../../../src/kubernetes/objects.ts';
import { troubleLines, troubleOf } from '../../../src/tools/kubernetes/pod_trouble.ts';
import { ago, now, pod } from './world.ts';

const trouble = (made: Pod) => troubleOf(made, now);

test('a pod that is well, or has done its work, has none', () => {
  expect(trouble(pod('a'))).toBeUndefined();
  expect(trouble(pod('a', { phase: 'Succeeded', ready: false }))).toBeUndefined();
});

test('what a pod waits for, in a few words', () => {
  const waiting = (reason: string, message?: string) =>
    trouble(pod('a', { ready: false, state: { waiting: { reason, ...(message ? { message } : {}) } } }));
  expect(waiting('ErrImagePull', 'not found')).toBe('ErrImagePull: not found');
  expect(waiting('ContainerCreating')).toBe('ContainerCreating for 10m');
  expect(trouble(pod('a', { phase: 'Pending', node: 'node-a', ready: false }))).toBe('not started for 10m');
  expect(trouble(pod('a', { ready: false }))).toBe('runs, but is not ready');
});

test('a container that is stopped again and again while it is well: its liveness probe is suspected', () => {
  const livenessProbe = { httpGet: { path: '/live', port: 8081 } };
  const crashing = (terminated: NonNullable<ContainerStatus['state']['terminated']>) =>
    trouble(
      pod('a', {
        ready: false,
        container: { livenessProbe },
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        last: { terminated },
      }),
    );
  expect(crashing({ exitCode: 0, reason: 'Completed', finishedAt: ago(60) })).toBe(
    'CrashLoopBackOff, last exit code 0 Completed 60s ago, perhaps because its liveness probe fails (GET /live on port 8081)',
  );
  expect(crashing({ exitCode: 1, reason: 'Error', message: 'no config\n' })).toBe(
    'CrashLoopBackOff, last exit code 1 Error: no config',
  );
  expect(crashing({ exitCode: 137, reason: 'OOMKilled' })).not.toContain('liveness');
});

test('of several containers the one that says why, by its name', () => {
  const made = pod('a', {
    ready: false,
    state: { waiting: { reason: 'PodInitializing' } },
    conditions: [{ type: 'Initialized', status: 'False' }],
  });
  made.spec.containers.push({ name: 'proxy', image: 'proxy:1' });
  made.spec.initContainers = [{ name: 'migrate', image: 'migrate:1' }];
  const status = made.status!.containerStatuses![0]!;
  made.status!.initContainerStatuses = [
    {
      ...status,
      name: 'migrate',
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 2, reason: 'Error' } },
    },
  ];
  expect(trouble(made)).toBe('container migrate: CrashLoopBackOff, last exit code 2 Error');
});

test('evicted, terminating too long, held back by a gate, or on a node that fell silent', () => {
  const evicted = pod('a', { phase: 'Failed', ready: false });
  Object.assign(evicted.status!, { reason: 'Evicted', message: 'low on memory' });
  expect(trouble(evicted)).toBe('Evicted: low on memory');
  const leaving = pod('a');
  leaving.metadata.deletionTimestamp = ago(300);
  expect(trouble(leaving)).toBe('terminating, due to be gone 5m ago');
  const gate = { type: 'lb-ready', status: 'False' as const, reason: 'NotRegistered', message: 'no target' };
  const ready = { type: 'Ready', status: 'False' as const, reason: 'ReadinessGatesNotReady' };
  expect(trouble(pod('a', { conditions: [ready, gate] }))).toBe('lb-ready is False (NotRegistered: no target)');
  const silent = { type: 'Ready', status: 'False' as const, lastTransitionTime: ago(400) };
  expect(trouble(pod('a', { conditions: [silent] }))).toBe(
    'Ready is False for 7m; its node node-a may have fallen silent',
  );
});

test('pods with one trouble are one line, whatever their numbers', () => {
  const pods = [10, 20, 30].map(seconds =>
    pod(`p-${seconds}`, {
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      last: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(seconds) } },
    }),
  );
  expect(troubleLines([...pods, pod('well')], now)).toEqual([
    '3 pods not well (p-10, p-20, p-30): CrashLoopBackOff, last exit code 1 Error 10s ago',
  ]);
});
